//! The figures of a run: each with its bar, whether it was reached, and whether the run may pass with it.
//!
//! A cost over its bar is said, and is no failure; what was promised must hold, and its bar is exact. It knows no figure.

#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    figure: String,
    value: f64,
    unit: &'static str,
    bar: Bar,
}

#[derive(Clone, Copy)]
pub enum Bar {
    /// It only stands beside another figure.
    None,
    AtMost(f64),
    AtLeast(f64),
    /// A promise: with anything else the run has failed.
    Exactly(f64),
}

impl Table {
    pub fn add(&mut self, figure: &str, value: f64, unit: &'static str, bar: Bar) {
        self.0.push(Row { figure: figure.to_owned(), value, unit, bar });
    }

    /// What may never happen, counted.
    pub fn never(&mut self, figure: &str, times: u64) {
        self.add(figure, times as f64, "", Bar::Exactly(0.0));
    }

    pub fn print(&self) {
        println!("\n| figure | value | bar | |\n| --- | ---: | ---: | --- |");
        for row in &self.0 {
            let Row { figure, value, unit, bar } = row;
            let digits = if value.fract() == 0.0 || 100.0 <= *value { 0 } else { 2 };
            let value = format!("{value:.digits$} {unit}");
            let bar = match bar {
                Bar::None => String::new(),
                Bar::AtMost(bar) | Bar::AtLeast(bar) | Bar::Exactly(bar) => format!("{bar} {unit}"),
            };
            println!("| {figure} | {} | {} | {} |", value.trim(), bar.trim(), row.verdict());
        }
    }

    /// Whether every promise held.
    pub fn holds(&self) -> bool {
        self.0.iter().all(|row| row.verdict() != BROKEN)
    }
}

const BROKEN: &str = "BROKEN";

impl Row {
    fn verdict(&self) -> &'static str {
        match self.bar {
            Bar::None => "",
            Bar::AtMost(bar) if self.value <= bar => "ok",
            Bar::AtMost(_) => "over",
            Bar::AtLeast(bar) if bar <= self.value => "ok",
            Bar::AtLeast(_) => "under",
            Bar::Exactly(bar) if self.value == bar => "ok",
            Bar::Exactly(_) => BROKEN,
        }
    }
}
