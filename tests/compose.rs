//! What must agree between docker-compose.yml, the Dockerfile, the Caddyfile, the operator's page and the program.
//!
//! Their own grammar is checked by `./dev test` with the tools made for it; nothing here starts a container. What the
//! program knows is asked of the built program.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use ipnet::Ipv4Net;
use saphyr::{LoadableYamlNode, Yaml};

type Names = BTreeSet<String>;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

/// docker-compose.yml, and ways through it that fail with the name of what is missing.
struct Compose(String);

impl Compose {
    fn read() -> Self {
        Self(text("docker-compose.yml"))
    }

    /// What lies at this path, `services/portal/user`, as texts: one, a list's, or a mapping's keys.
    fn at(&self, path: &str) -> Vec<String> {
        self.find(path).unwrap_or_else(|| panic!("{path} is missing"))
    }

    fn find(&self, path: &str) -> Option<Vec<String>> {
        let documents = Yaml::load_from_str(&self.0).unwrap();
        let mut node = &documents[0];
        for key in path.split('/') {
            node = match key.parse::<usize>() {
                Ok(nth) => node.as_sequence_get(nth)?,
                Err(_) => node.as_mapping_get(key)?,
            };
        }
        Some(match (node.as_mapping(), node.as_sequence()) {
            (Some(mapping), _) => mapping.keys().map(plain).collect(),
            (_, Some(list)) => list.iter().map(plain).collect(),
            _ => vec![plain(node)],
        })
    }

    fn one(&self, path: &str) -> String {
        let found = self.at(path);
        assert_eq!(found.len(), 1, "{path}");
        found[0].clone()
    }

    fn services(&self) -> Vec<String> {
        self.at("services")
    }

    /// Each service's list of this kind, without what stands behind a colon.
    fn used(&self, kind: &str) -> BTreeMap<String, Names> {
        let of = |service: &String| self.find(&format!("services/{service}/{kind}")).unwrap_or_default();
        let first = |text: &String| text.split(':').next().unwrap().to_owned();
        self.services().iter().map(|service| (service.clone(), of(service).iter().map(first).collect())).collect()
    }
}

fn plain(node: &Yaml) -> String {
    match (node.as_str(), node.as_integer(), node.as_bool()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(number), _) => number.to_string(),
        (.., Some(flag)) => flag.to_string(),
        _ => String::new(),
    }
}

/// What follows this instruction in the last stage of the Dockerfile.
fn image(instruction: &str) -> String {
    let dockerfile = text("Dockerfile");
    let last_stage = dockerfile.rsplit("\nFROM ").next().unwrap();
    let line = last_stage.lines().find_map(|line| line.strip_prefix(instruction)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("the image has no {instruction}")).to_owned()
}

fn words(text: &str) -> Vec<String> {
    text.trim_matches(['[', ']']).split(',').map(|word| word.trim().trim_matches('"').to_owned()).collect()
}

fn quietline(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_quietline")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn variables(text: &str) -> Names {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.len() > "QUIETLINE_".len() && word.starts_with("QUIETLINE_")).map(str::to_owned).collect()
}

#[test]
fn every_setting_that_is_named_is_one() {
    let known = variables(&quietline(&["--help"]));
    assert!(known.contains("QUIETLINE_LISTEN"), "{known:?}");
    for path in ["docker-compose.yml", "Dockerfile", "server/OPERATING.md", "Caddyfile"] {
        let unknown: Vec<_> = variables(&text(path))
            .into_iter()
            // What is for tests is nothing to the program.
            .filter(|name| !name.starts_with("QUIETLINE_TEST_"))
            .filter(|name| {
                !known.contains(name) && !name.strip_suffix("_FILE").is_some_and(|name| known.contains(name))
            })
            .collect();
        assert!(unknown.is_empty(), "{path} names {unknown:?}");
    }
}

#[test]
fn whatever_is_used_is_declared_and_whatever_is_declared_is_used() {
    let compose = Compose::read();
    for kind in ["secrets", "volumes", "networks"] {
        let used = compose.used(kind).into_values().flatten();
        // A path on the host needs no declaration.
        let used: Names = used.filter(|name| !name.starts_with('.')).collect();
        assert_eq!(used, compose.at(kind).into_iter().collect(), "{kind}");
    }
    let services: Names = compose.services().into_iter().collect();
    let awaited: Names = compose.used("depends_on").into_values().flatten().collect();
    assert!(awaited.is_subset(&services), "{awaited:?} of {services:?}");
    for (service, secrets) in compose.used("secrets") {
        let variables = compose.at(&format!("services/{service}/environment"));
        let files: Names = variables
            .iter()
            .filter(|name| name.ends_with("_FILE"))
            .map(|name| compose.one(&format!("services/{service}/environment/{name}")))
            .collect();
        let mounted: Names = secrets.iter().map(|secret| format!("/run/secrets/{secret}")).collect();
        assert_eq!(files, mounted, "{service}");
    }
}

#[test]
fn everybody_speaks_of_the_same_port() {
    let listen = Compose::read().one("services/portal/environment/QUIETLINE_LISTEN");
    let (everywhere, port) = listen.split_once(':').unwrap();
    assert_eq!(everywhere, "0.0.0.0", "on loopback nothing outside the container could reach it");
    assert_eq!(image("EXPOSE"), port);
    let upstream = format!("reverse_proxy portal:{port} ");
    assert!(text("Caddyfile").contains(&upstream), "the Caddyfile does not say {upstream}");
}

#[test]
fn the_portal_can_do_nothing_but_serve() {
    let compose = Compose::read();
    let portal = |key: &str| compose.one(&format!("services/portal/{key}"));
    assert_eq!(portal("user"), image("USER"));
    assert_ne!(portal("user").split(':').next(), Some("0"));
    assert_eq!(portal("read_only"), "true");
    assert_eq!(portal("mem_limit"), portal("memswap_limit"), "text could be written to a swap file");
    for service in compose.services() {
        assert_eq!(compose.one(&format!("services/{service}/cap_drop")), "ALL");
        assert_eq!(compose.one(&format!("services/{service}/security_opt")), "no-new-privileges:true");
        assert!(!compose.one(&format!("services/{service}/mem_limit")).is_empty());
        assert_eq!(compose.one(&format!("services/{service}/logging/options/max-size")), "10m");
    }
    let grace: u32 = portal("stop_grace_period").trim_end_matches('s').parse().unwrap();
    assert!(grace >= 15, "a stop may take that long");
    assert_eq!(compose.one("services/portal/depends_on/database/condition"), "service_healthy");
    assert!(!compose.at("services/database/healthcheck/test").is_empty());
}

#[test]
fn only_the_proxy_is_published_and_only_the_portal_reaches_the_database() {
    let compose = Compose::read();
    for service in compose.services() {
        let ports = compose.find(&format!("services/{service}/ports")).unwrap_or_default();
        let allowed: &[&str] = if service == "proxy" { &["80:80", "443:443"] } else { &[] };
        assert_eq!(ports, allowed, "{service}");
        assert!(compose.find(&format!("services/{service}/network_mode")).is_none());
    }
    let networks = compose.used("networks");
    assert_eq!(networks["database"], names(["back"]));
    assert_eq!(networks["portal"], names(["front", "back", "watch"]));
    assert_eq!(networks["proxy"], names(["front", "outside"]));
    for inner in ["front", "back", "watch"] {
        assert_eq!(compose.one(&format!("networks/{inner}/internal")), "true");
    }
}

#[test]
fn the_portal_believes_the_proxy_alone() {
    let compose = Compose::read();
    let proxy = compose.one("services/proxy/networks/front/ipv4_address");
    assert_eq!(compose.one("services/portal/environment/QUIETLINE_TRUSTED_PROXIES"), proxy);
    let net = |key: &str| compose.one(&format!("networks/front/ipam/config/0/{key}")).parse::<Ipv4Net>().unwrap();
    let proxy = proxy.parse::<std::net::Ipv4Addr>().unwrap();
    assert!(net("subnet").contains(&proxy) && !net("ip_range").contains(&proxy));
    assert!(net("subnet").contains(&net("ip_range")));
}

#[test]
fn what_the_portal_writes_lies_in_its_volumes_and_slots_in_one_of_their_own() {
    assert_eq!(image("ENV"), "QUIETLINE_DATA=/data QUIETLINE_SLOTS=/slots");
    assert_eq!(words(&image("VOLUME")), ["/data", "/slots"]);
    assert_eq!(image("WORKDIR"), "/data");
    let volumes = Compose::read().find("services/portal/volumes").unwrap();
    assert_eq!(volumes, ["data:/data", "slots:/slots"]);
}

#[test]
fn the_image_starts_the_program_and_asks_it_how_it_is() {
    assert_eq!(words(&image("ENTRYPOINT")), ["/quietline"]);
    let dockerfile = text("Dockerfile");
    let asked = dockerfile.split("CMD ").last().unwrap().trim();
    assert_eq!(words(asked), ["/quietline", "healthcheck"]);
    quietline(&["healthcheck", "--help"]);
}

#[test]
fn a_build_sees_what_it_copies_and_no_secret_is_kept() {
    let ignored = text(".dockerignore");
    let lets_in: Vec<_> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "everything is let in");
    let dockerfile = text("Dockerfile");
    let copies =
        dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.contains("--from"));
    let mut seen = 0;
    for copy in copies {
        let mut sources: Vec<_> = copy.split(' ').collect();
        sources.pop();
        for source in sources {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(source).exists(), "{source} is not there");
            assert!(lets_in.iter().any(|path| Path::new(source).starts_with(path)), "{source} is not let in");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
    let folder = |secret: &str| Compose::read().one(&format!("secrets/{secret}/file"));
    for secret in Compose::read().at("secrets") {
        assert!(folder(&secret).starts_with("./secrets/"), "{secret}");
    }
    for kept_out in ["/secrets", "/.env"] {
        assert!(text(".gitignore").lines().any(|line| line == kept_out), "{kept_out} could be committed");
    }
}
