//! Trees of intakes in rows: path enumeration and adjacency list, with modules and items beside (Q3).
//!
//! Written many rows at a time, read in document order. What is sealed stays so.

use quietline_domain::intake::{Decision, Key, Path, definition::Priority};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::{Db, Engine, Record, misread};
use crate::{
    private::SealedText,
    store::intakes::{BodyRow, Grown, NodeRow, TitleRow},
};

/// How many rows one statement writes: enough that a tree takes few, not so many that another statement is prepared for
/// each size of tree.
const ROWS: usize = 100;

pub async fn clear(db: &mut Db, session: Uuid) -> sqlx::Result<()> {
    for statement in [
        "delete from intake_profile_answer where session = $1",
        "delete from intake_item where session = $1",
        "delete from intake_module where session = $1",
        "delete from intake_tree where session = $1",
    ] {
        sqlx::query(statement).bind(session).execute(&mut *db).await?;
    }
    Ok(())
}

pub async fn grow(db: &mut Db, session: Uuid, grown: &Grown) -> sqlx::Result<()> {
    for (question, sealed) in &grown.profile {
        sqlx::query("insert into intake_profile_answer (session, question, sealed) values ($1, $2, $3)")
            .bind(session)
            .bind(question.clone())
            .bind(sealed.expose().to_owned())
            .execute(&mut *db)
            .await?;
    }
    for nodes in grown.nodes.chunks(ROWS) {
        add_nodes(db, session, nodes).await?;
        add_modules(db, session, nodes).await?;
        add_items(db, session, nodes).await?;
    }
    Ok(())
}

async fn add_nodes(db: &mut Db, session: Uuid, nodes: &[NodeRow]) -> sqlx::Result<()> {
    let mut insert = QueryBuilder::<Engine>::new(
        "insert into intake_tree (session, path, parent, depth, kind, node, title, title_sealed) ",
    );
    insert.push_values(nodes, |mut row, node| {
        let (title, sealed) = match &node.title {
            TitleRow::Defined(title) => (Some(title.clone()), None),
            TitleRow::Sealed(sealed) => (None, Some(sealed.expose().to_owned())),
        };
        let kind = match node.body {
            BodyRow::Item { .. } => "item",
            BodyRow::Module { .. } => "module",
        };
        row.push_bind(session)
            .push_bind(node.path.stored())
            .push_bind(node.path.parent().map(|parent| parent.stored()))
            .push_bind(i64::try_from(node.path.depth()).unwrap_or(i64::MAX))
            .push_bind(kind)
            .push_bind(node.key.as_str().to_owned())
            .push_bind(title)
            .push_bind(sealed);
    });
    insert.build().execute(db).await?;
    Ok(())
}

async fn add_modules(db: &mut Db, session: Uuid, nodes: &[NodeRow]) -> sqlx::Result<()> {
    let modules: Vec<_> = nodes
        .iter()
        .filter_map(|node| match &node.body {
            BodyRow::Module { asks, description, decision } => Some((node.path, asks, description, *decision)),
            BodyRow::Item { .. } => None,
        })
        .collect();
    if modules.is_empty() {
        return Ok(());
    }
    let mut insert =
        QueryBuilder::<Engine>::new("insert into intake_module (session, path, asks, description, decision) ");
    insert.push_values(modules, |mut row, (path, asks, description, decision)| {
        row.push_bind(session)
            .push_bind(path.stored())
            .push_bind(asks.clone())
            .push_bind(description.clone())
            .push_bind(decision.map(decision_word));
    });
    insert.build().execute(db).await?;
    Ok(())
}

async fn add_items(db: &mut Db, session: Uuid, nodes: &[NodeRow]) -> sqlx::Result<()> {
    let items: Vec<_> = nodes
        .iter()
        .filter_map(|node| match &node.body {
            BodyRow::Item { statement, fixed, noted } => Some((node.path, statement, *fixed, noted)),
            BodyRow::Module { .. } => None,
        })
        .collect();
    if items.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::<Engine>::new("insert into intake_item (session, path, statement, fixed, sealed) ");
    insert.push_values(items, |mut row, (path, statement, fixed, noted)| {
        row.push_bind(session)
            .push_bind(path.stored())
            .push_bind(statement.clone())
            .push_bind(fixed.map(priority_word))
            .push_bind(noted.as_ref().map(|noted| noted.expose().to_owned()));
    });
    insert.build().execute(db).await?;
    Ok(())
}

pub async fn profile(db: &mut Db, session: Uuid) -> sqlx::Result<Vec<(String, SealedText)>> {
    let rows = sqlx::query("select question, sealed from intake_profile_answer where session = $1")
        .bind(session)
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, SealedText::new(row.try_get(1)?)))).collect()
}

/// In document order, which is the order of the paths.
pub async fn nodes(db: &mut Db, session: Uuid) -> sqlx::Result<Vec<NodeRow>> {
    const NODES: &str = "select tree.path, tree.kind, tree.node, tree.title, tree.title_sealed,
            module.asks, module.description, module.decision, item.statement, item.fixed, item.sealed
         from intake_tree as tree
            left join intake_module as module on module.session = tree.session and module.path = tree.path
            left join intake_item as item on item.session = tree.session and item.path = tree.path
         where tree.session = $1 order by tree.path";
    sqlx::query(NODES).bind(session).fetch_all(db).await?.iter().map(node).collect()
}

fn node(row: &Record) -> sqlx::Result<NodeRow> {
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let required = |name: &str| text(name)?.ok_or_else(|| misread(name));
    Ok(NodeRow {
        path: Path::from_stored(&required("path")?).map_err(|_| misread("path"))?,
        key: Key::from_stored(required("node")?),
        title: match text("title_sealed")? {
            Some(sealed) => TitleRow::Sealed(SealedText::new(sealed)),
            None => TitleRow::Defined(required("title")?),
        },
        body: match required("kind")?.as_str() {
            "item" => BodyRow::Item {
                statement: required("statement")?,
                fixed: text("fixed")?.map(|word| priority(&word).ok_or_else(|| misread("fixed"))).transpose()?,
                noted: text("sealed")?.map(SealedText::new),
            },
            _ => BodyRow::Module {
                asks: text("asks")?,
                description: text("description")?,
                decision: text("decision")?
                    .map(|word| decision(&word).ok_or_else(|| misread("decision")))
                    .transpose()?,
            },
        },
    })
}

pub fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Yes => "yes",
        Decision::No => "no",
        Decision::Postponed => "later",
    }
}

fn decision(word: &str) -> Option<Decision> {
    [Decision::Yes, Decision::No, Decision::Postponed].into_iter().find(|decision| decision_word(*decision) == word)
}

fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
    }
}

fn priority(word: &str) -> Option<Priority> {
    [Priority::Low, Priority::Medium, Priority::High].into_iter().find(|priority| priority_word(*priority) == word)
}
