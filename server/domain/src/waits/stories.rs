//! The stories of waiting times: what is learnt from what was cut short, and what is shown of it.

mod simulation;

use super::{
    Range,
    durations::{Durations, End},
    forecast::{self, Desk, Known, Mood, PLACES, Waiter},
};
use crate::Span;

fn minutes(minutes: &[i64]) -> Durations {
    let mut durations = Durations::default();
    minutes.iter().for_each(|&minutes| durations.learn(Span::seconds(60 * minutes), End::Over));
    durations
}

fn known(talks: &[i64]) -> Known {
    let curve = |lengths: &[i64]| minutes(lengths).curve([].into_iter());
    Known {
        talks: curve(talks),
        answers: curve(&[1; 20]),
        pauses: curve(&[2; 20]),
        patience: None,
        stays: None,
        comings: None,
        last_coming: 0,
        appetites: vec![],
    }
}

fn range(from: i64, to: i64) -> Range {
    Range { from: Span::seconds(from), to: Some(Span::seconds(to)) }
}

#[test]
fn too_few_say_nothing() {
    // E1
    assert!(minutes(&[30; 7]).curve([].into_iter()).is_none());
    assert!(minutes(&[30; 8]).curve([].into_iter()).is_some());
}

#[test]
fn what_is_cut_short_counts_as_at_least_so_long() {
    let mut durations = minutes(&[10; 10]);
    let middle = |durations: &Durations| {
        let curve = durations.curve([].into_iter()).expect("enough is known");
        curve.after(0).remaining(0.5)
    };
    let before = middle(&durations);
    (0..20).for_each(|_| durations.learn(Span::seconds(1_800), End::Cut));
    assert!(before < middle(&durations), "others took longer than half an hour");
}

#[test]
fn only_the_last_are_remembered() {
    let mut durations = minutes(&[10; 80]);
    (0..50).for_each(|_| durations.learn(Span::seconds(3_600), End::Over));
    let curve = durations.curve([].into_iter()).expect("enough is known");
    assert!(Span::seconds(3_000).0 < curve.after(Span::seconds(600).0).remaining(0.5) + Span::seconds(600).0);
}

#[test]
fn a_range_ends_at_steps_and_is_as_narrow_as_can_be() {
    // E4
    let waits: Vec<_> = (1..=100).map(|second| second * 1_000).collect();
    assert_eq!(Range::of(&waits, 0.8, None), range(10, 90));
    assert_eq!(Range::of(&waits, 0.8, Some(range(0, 90))), range(0, 90), "hardly worse: it stays");
    assert_eq!(Range::of(&waits, 0.8, Some(range(0, 120))), range(10, 90));
    assert_eq!(Range::of(&[14_400_000; 100], 0.8, None), Range { from: Span::seconds(10_800), to: None });
}

#[test]
fn whoever_is_further_behind_waits_longer() {
    // E1
    let desk = Desk { talks: vec![0], appetite: 1, mood: Mood::Sees(0), here: 0 };
    let waiters = [Waiter::Here(0), Waiter::Gone, Waiter::Here(0)];
    let ranges = forecast::ranges(&known(&[30; 20]), &[desk], &waiters, 0.8, &[None; 4]);
    let from: Vec<_> = ranges.iter().map(|range| range.map(|range| range.from)).collect();
    assert!(from[0] < from[2] && from[2] < from[3], "{ranges:?}");
    assert_eq!(ranges[1], ranges[2], "who cannot be taken is passed over");
}

#[test]
fn without_a_conversation_to_learn_from_only_the_free_are_foretold() {
    // E1: nobody knows when the second would be taken.
    let desk = Desk { talks: vec![], appetite: 1, mood: Mood::Sees(0), here: 0 };
    let ranges = forecast::ranges(&known(&[]), &[desk], &[Waiter::Here(0)], 0.8, &[None; 2]);
    assert!(ranges[0].is_some() && ranges[1].is_none(), "{ranges:?}");
}

#[test]
fn the_same_state_has_the_same_forecast() {
    let desks = vec![Desk { talks: vec![0, 60_000], appetite: 2, mood: Mood::Rests(0), here: 0 }; 5];
    let waiters = [Waiter::Here(1_000); PLACES];
    let forecast = || forecast::ranges(&known(&[20, 30, 40, 50, 35, 25, 45, 30]), &desks, &waiters, 0.8, &[None; 51]);
    assert_eq!(forecast(), forecast());
}
