//! From a document to a definition: everything that is wrong with its content is said at once, each with its place.
//!
//! The form is that of the operator's document; the limits are those of Q3. Knows neither files nor anybody's answers.

use std::collections::HashMap;

use quietline_domain::intake::{
    definition::{Child, Definition, DefinitionId, Item, Module, Priority, Question, QuestionKind},
    path::{MOST_LEVELS, MOST_SIBLINGS},
};

use super::{
    Wrong,
    document::{Part, What, document},
};

/// In characters.
const LONGEST_ID: usize = 100;
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 2_000;

/// # Errors
/// Everything that is wrong, in the order of the file; or the one thing that keeps it from being read at all.
pub fn read(bytes: &[u8]) -> Result<Definition, Vec<Wrong>> {
    let document = document(bytes).map_err(|wrong| vec![wrong])?;
    let mut reader = Reader::default();
    let definition = reader.definition(&document);
    reader.wrong.sort();
    match definition {
        Some(definition) if reader.wrong.is_empty() => Ok(definition),
        _ => Err(reader.wrong),
    }
}

#[derive(Default)]
struct Reader {
    wrong: Vec<Wrong>,
    /// Where each id stands.
    ids: HashMap<DefinitionId, usize>,
}

/// The keys of one mapping, each once and each known.
struct Fields<'p> {
    at: &'p Part,
    /// What it is, for whoever reads what is missing from it.
    what: &'static str,
    found: HashMap<&'static str, &'p Part>,
}

impl Reader {
    fn definition(&mut self, part: &Part) -> Option<Definition> {
        let fields = self.fields(part, "a definition", &["title", "profile", "modules"])?;
        let title = self.text(&fields, "title", LONGEST_TITLE);
        let profile = self.list(&fields, "profile", |reader, part| reader.question(part));
        let modules = self.list(&fields, "modules", |reader, part| match reader.child(part, 1)? {
            Child::Module(module) => Some(module),
            Child::Item(_) => {
                reader.says(part, "an item stands in a module: put it below the `children` of one");
                None
            }
        });
        if !fields.found.contains_key("profile") && !fields.found.contains_key("modules") {
            self.says(part, "nothing is asked: add a list `profile`, a list `modules`, or both");
        }
        if profile.len() + modules.len() > usize::from(MOST_SIBLINGS) {
            self.says(part, format!("profile questions and modules together are more than {MOST_SIBLINGS}"));
        }
        Some(Definition { title: title?, profile, modules })
    }

    fn question(&mut self, part: &Part) -> Option<Question> {
        let known = ["id", "kind", "question", "title", "description", "children"];
        let fields = self.fields(part, "a profile question", &known)?;
        let id = self.id(&fields);
        let kind = self.text(&fields, "kind", LONGEST_ID).and_then(|kind| match kind.as_str() {
            "optional" => Some(QuestionKind::Optional),
            "repeatable" => Some(QuestionKind::Repeatable),
            _ => {
                self.says(fields.found["kind"], "a kind is `optional` (yes or no) or `repeatable` (a list of names)");
                None
            }
        });
        let question = self.text(&fields, "question", LONGEST_TEXT);
        let title = self.text(&fields, "title", LONGEST_TITLE);
        let description = self.maybe(&fields, "description", LONGEST_TEXT);
        // An entry of a repeatable one has a level of its own.
        let level = if kind == Some(QuestionKind::Repeatable) { 3 } else { 2 };
        let children = self.children(&fields, level);
        Some(Question { id: id?, kind: kind?, question: question?, title: title?, description, children })
    }

    fn children(&mut self, fields: &Fields, level: usize) -> Vec<Child> {
        if !fields.found.contains_key("children") {
            self.says(fields.at, format!("{} needs `children`: a list of items and modules", fields.what));
        }
        self.list(fields, "children", |reader, part| reader.child(part, level))
    }

    fn child(&mut self, part: &Part, level: usize) -> Option<Child> {
        if level > MOST_LEVELS {
            self.says(part, format!("this is on level {level}: there are {MOST_LEVELS} at most"));
            return None;
        }
        let has = |name: &str| match &part.what {
            What::Map(pairs) => pairs.iter().any(|(key, _)| matches!(&key.what, What::Text(key) if key == name)),
            _ => false,
        };
        match (has("statement"), has("children")) {
            (true, false) => self.item(part).map(Child::Item),
            (false, true) => self.module(part, level).map(Child::Module),
            (true, true) => {
                self.says(part, "this has a `statement` and `children`: an item has the one, a module the other");
                None
            }
            (false, false) => {
                self.says(part, "this has neither a `statement`, as an item has, nor `children`, as a module has");
                None
            }
        }
    }

    fn item(&mut self, part: &Part) -> Option<Item> {
        let fields = self.fields(part, "an item", &["id", "statement", "title", "priority"])?;
        let id = self.id(&fields);
        let statement = self.text(&fields, "statement", LONGEST_TEXT);
        let title = self.maybe(&fields, "title", LONGEST_TITLE);
        let priority = self.maybe(&fields, "priority", LONGEST_ID).and_then(|priority| match priority.as_str() {
            "low" => Some(Priority::Low),
            "medium" => Some(Priority::Medium),
            "high" => Some(Priority::High),
            _ => {
                self.says(fields.found["priority"], "a priority is `low`, `medium` or `high`");
                None
            }
        });
        Some(Item { id: id?, statement: statement?, title, priority })
    }

    fn module(&mut self, part: &Part, level: usize) -> Option<Module> {
        let known = ["id", "title", "description", "optional", "question", "children"];
        let fields = self.fields(part, "a module", &known)?;
        let id = self.id(&fields);
        let title = self.text(&fields, "title", LONGEST_TITLE);
        let description = self.maybe(&fields, "description", LONGEST_TEXT);
        let asks = self.maybe(&fields, "question", LONGEST_TEXT);
        let optional = self.maybe(&fields, "optional", LONGEST_ID);
        match (optional.as_deref(), &asks) {
            (Some("true"), None) => self.says(part, "an optional module needs a `question`, which opens it"),
            (Some("true"), Some(_)) | (None | Some("false"), None) => {}
            (None | Some("false"), Some(_)) => {
                self.says(fields.found["question"], "only an optional module has a `question`: add `optional: true`");
            }
            (Some(_), _) => self.says(fields.found["optional"], "`optional` is `true` or `false`"),
        }
        let children = self.children(&fields, level + 1);
        Some(Module { id: id?, title: title?, description, asks, children })
    }

    fn says(&mut self, at: &Part, error: impl Into<String>) {
        self.wrong.push(at.wrong(error));
    }

    fn fields<'p>(&mut self, part: &'p Part, what: &'static str, known: &[&'static str]) -> Option<Fields<'p>> {
        let What::Map(pairs) = &part.what else {
            self.says(part, format!("{what} is written as keys with values, such as `{}: …`", known[0]));
            return None;
        };
        let mut fields = Fields { at: part, what, found: HashMap::new() };
        for (key, value) in pairs {
            let What::Text(name) = &key.what else {
                self.says(key, "a key is a word");
                continue;
            };
            let Some(name) = known.iter().find(|known| *known == name) else {
                let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(name, known));
                let nearest = nearest.copied().unwrap_or_default();
                self.says(key, format!("{what} has no key `{}`; the nearest is `{nearest}`", shown(name)));
                continue;
            };
            if fields.found.insert(name, value).is_some() {
                self.says(key, format!("`{name}` is given twice: leave one"));
            }
        }
        Some(fields)
    }

    fn id(&mut self, fields: &Fields) -> Option<DefinitionId> {
        let id = self.text(fields, "id", LONGEST_ID)?;
        let at = fields.found["id"];
        if !id.chars().all(|one| one.is_alphanumeric() || "-_.".contains(one)) {
            self.says(at, "an id has letters, digits, `-`, `_` and `.` alone");
            return None;
        }
        if let Some(line) = self.ids.insert(id.clone(), at.line) {
            self.says(at, format!("the id `{id}` stands in line {line} already: each is used once"));
            self.ids.insert(id.clone(), line);
        }
        Some(id)
    }

    fn text(&mut self, fields: &Fields, name: &'static str, longest: usize) -> Option<String> {
        if !fields.found.contains_key(name) {
            self.says(fields.at, format!("{} needs `{name}`", fields.what));
        }
        self.maybe(fields, name, longest)
    }

    fn maybe(&mut self, fields: &Fields, name: &'static str, longest: usize) -> Option<String> {
        let part = *fields.found.get(name)?;
        let text = match &part.what {
            What::Text(text) => text.trim(),
            What::Nothing => "",
            What::List(_) | What::Map(_) => {
                self.says(part, format!("`{name}` is a text"));
                return None;
            }
        };
        if text.is_empty() {
            self.says(part, format!("`{name}` is empty: write something, or leave the key out"));
            return None;
        }
        if text.chars().count() > longest {
            self.says(part, format!("`{name}` is longer than {longest} characters"));
            return None;
        }
        Some(text.to_owned())
    }

    fn list<T>(
        &mut self,
        fields: &Fields,
        name: &'static str,
        mut one: impl FnMut(&mut Self, &Part) -> Option<T>,
    ) -> Vec<T> {
        let Some(part) = fields.found.get(name) else { return Vec::new() };
        let list = match &part.what {
            What::List(list) => list.as_slice(),
            What::Nothing => &[],
            What::Text(_) | What::Map(_) => {
                self.says(part, format!("`{name}` is a list: begin each of its parts with `- `"));
                &[]
            }
        };
        if list.len() > usize::from(MOST_SIBLINGS) {
            self.says(part, format!("`{name}` has {} parts: there are {MOST_SIBLINGS} at most", list.len()));
            return Vec::new();
        }
        list.iter().filter_map(|part| one(self, part)).collect()
    }
}

/// Somebody's slip of a whole page must not fill the screen.
fn shown(name: &str) -> String {
    name.chars().take(40).flat_map(char::escape_debug).collect()
}
