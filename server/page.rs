//! The pages and what belongs to them, as they were built into the program.
//!
//! Pages have placeholders, filled once from the settings and the inventory; everything else goes out as it was built, in the
//! encoding that the browser likes best. Nothing here knows of routes, people or rooms.

use std::{borrow::Cow, sync::OnceLock};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Bytes,
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{config::Settings, inventory};

/// The pages with their placeholders filled.
#[derive(Default)]
pub struct Pages {
    student: OnceLock<Option<Bytes>>,
    desk: OnceLock<Option<Bytes>>,
    office: OnceLock<Option<Bytes>>,
    privacy: OnceLock<Option<Bytes>>,
}

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// How long browsers may keep a file.
#[derive(Clone, Copy)]
enum Keep {
    /// Its name changes with its content.
    ForEver,
    Never,
}

impl Pages {
    pub fn student(&self, settings: &Settings) -> HttpResponse {
        answer_page(self.student.get_or_init(|| fill("index.html", settings)))
    }

    pub fn desk(&self, settings: &Settings) -> HttpResponse {
        answer_page(self.desk.get_or_init(|| fill("desk.html", settings)))
    }

    /// The pages below the desk: one's duty, the service, the accounts.
    pub fn office(&self, settings: &Settings) -> HttpResponse {
        answer_page(self.office.get_or_init(|| fill("office.html", settings)))
    }

    /// What could be handed over. It needs no script and leads nowhere else.
    pub fn privacy(&self, settings: &Settings) -> HttpResponse {
        answer_page(self.privacy.get_or_init(|| fill("privacy.html", settings)))
    }
}

/// A file below /assets/, whose name carries a hash of its content.
pub fn asset(request: &HttpRequest, name: &str) -> HttpResponse {
    built_file(request, &format!("assets/{name}"), Keep::ForEver)
}

/// A file beside the pages, such as the icon.
pub fn beside(request: &HttpRequest, name: &str) -> HttpResponse {
    // Unfilled pages are nobody's to see.
    if name.ends_with(".html") { not_found() } else { built_file(request, name, Keep::Never) }
}

pub fn not_found() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is nothing here.\n")
}

fn fill(name: &str, settings: &Settings) -> Option<Bytes> {
    let page = String::from_utf8(Built::get(name)?.data.into_owned()).ok()?;
    let page = page.replace("{{help}}", &escape(&settings.help)).replace("{{inventory}}", &inventory::as_html());
    Some(page.replace("{{exit_url}}", &escape(&settings.exit_url)).into())
}

/// For text and for quoted attributes.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;").replace('{', "&#123;")
}

fn answer_page(page: &Option<Bytes>) -> HttpResponse {
    match page {
        Some(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.clone()),
        None => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .body("The page is not built: run ./dev build.\n"),
    }
}

fn built_file(request: &HttpRequest, name: &str, keep: Keep) -> HttpResponse {
    let Some(plain) = Built::get(name).filter(|_| !name.ends_with(".br") && !name.ends_with(".gz")) else {
        return not_found();
    };
    let (encoding, file) = encoded(request, name).unwrap_or(("identity", plain));
    let tag = entity_tag(&file, encoding);
    let is_known = known_tags(request).any(|known| known == tag || known == "*");

    let mut answer = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((header::ETAG, tag)).insert_header((header::VARY, "accept-encoding"));
    match keep {
        Keep::ForEver => answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable")),
        Keep::Never => answer.insert_header((header::CACHE_CONTROL, "no-store")),
    };
    if is_known {
        return answer.finish();
    }
    if encoding != "identity" {
        answer.insert_header((header::CONTENT_ENCODING, encoding));
    }
    answer.content_type(content_type(name)).body(shared(file))
}

/// The best encoding that the browser takes and the build has made.
fn encoded(request: &HttpRequest, name: &str) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = request.headers().get(header::ACCEPT_ENCODING)?.to_str().ok()?.to_ascii_lowercase();
    let takes = |encoding: &str| {
        let mut offers = accepted.split(',').map(|offer| offer.split(';').map(str::trim));
        offers.any(|mut offer| offer.next() == Some(encoding) && !offer.any(is_refusal))
    };
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| takes(encoding))
        .find_map(|(encoding, suffix)| Some((encoding, Built::get(&format!("{name}{suffix}"))?)))
}

fn is_refusal(weight: &str) -> bool {
    weight.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0))
}

fn entity_tag(file: &EmbeddedFile, encoding: &str) -> String {
    let hash: String = file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hash}-{encoding}\"")
}

fn known_tags(request: &HttpRequest) -> impl Iterator<Item = &str> {
    let lists = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(|tag| tag.trim().trim_start_matches("W/"))
}

fn shared(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(built_in) => Bytes::from_static(built_in),
        Cow::Owned(read) => read.into(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operator_wrote_stays_text() {
        let written = "\"><script>alert('{{exit_url}}')</script> & more";
        let escaped = escape(written);
        assert!(!escaped.contains(['<', '>', '"', '\'', '{']), "{escaped}");
    }

    #[test]
    fn an_unknown_file_is_not_a_page() {
        let request = actix_web::test::TestRequest::default().to_http_request();
        for name in ["nothing.js", "../Cargo.toml", ""] {
            assert_eq!(asset(&request, name).status(), StatusCode::NOT_FOUND);
        }
        assert_eq!(beside(&request, "index.html").status(), StatusCode::NOT_FOUND);
    }
}
