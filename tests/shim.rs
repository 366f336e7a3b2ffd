//! The disk that the crash tests believe in: what was synced stays, what was not is lost in part, block by block.
//!
//! This very binary is run again as its victim, with tests/crash/shim.c preloaded. A disk that lost nothing would let
//! every promise hold.

mod common;
#[path = "crash/mod.rs"]
mod crash;

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    os::unix::{fs::FileExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    thread,
};

use crash::{
    control::{Control, Errno, Fails, Slot},
    server::{Disk, Workshop},
};

const BLOCK: usize = 512;
const FOLDER: &str = "CRASH_SHIM_FOLDER";

/// What a victim does, by the name of its test.
fn victim(workshop: &Workshop, folder: &Path, deed: &str) -> ExitStatus {
    let mut command = Command::new(std::env::current_exe().expect("a binary"));
    command.args(["--exact", deed, "--ignored", "--test-threads", "1"]);
    workshop.preload(&mut command, folder);
    command.output().expect("runs").status
}

fn file() -> PathBuf {
    Path::new(&std::env::var_os(FOLDER).expect("a folder")).join("file")
}

/// Syncs four blocks of `a`, and then, through four descriptors, writes `b` over the second and the third, `c` behind a
/// hole, `d` at the end, and cuts all off but three blocks.
#[test]
#[ignore = "a victim"]
fn writes_and_never_syncs() {
    let mut file_a = OpenOptions::new().create(true).write(true).truncate(true).open(file()).expect("opens");
    file_a.write_all(&[b'a'; 4 * BLOCK]).expect("writes");
    file_a.sync_data().expect("syncs");
    let mut again = file_a.try_clone().expect("a second descriptor");
    again.seek(SeekFrom::Start(BLOCK as u64)).expect("seeks");
    again.write_all(&[b'b'; 2 * BLOCK]).expect("writes");
    let other = OpenOptions::new().write(true).open(file()).expect("opens");
    other.write_all_at(&[b'c'; 100], 6 * BLOCK as u64).expect("writes");
    let mut appending = OpenOptions::new().append(true).open(file()).expect("opens");
    appending.write_all(b"dd").expect("appends");
    other.set_len(3 * BLOCK as u64).expect("truncates");
    // The last call, at which the power goes.
    let _ = file_a.sync_all();
    unreachable!("survived the power cut");
}

const CALLS: u64 = 7;
const SLOT: usize = 64;

/// Of three slots beside each other in one block of a file in a folder of its own, the second is overwritten and synced,
/// and the third is not.
#[test]
#[ignore = "a victim"]
fn overwrites_in_place() {
    let folder = file().with_file_name("slots");
    fs::create_dir(&folder).expect("a folder");
    let slots = File::create(folder.join("file")).expect("opens");
    slots.write_all_at(&[b'a'; 3 * SLOT], 0).expect("writes");
    slots.sync_all().expect("syncs");
    slots.write_all_at(&[b'b'; SLOT], SLOT as u64).expect("writes");
    slots.sync_data().expect("syncs");
    slots.write_all_at(&[b'c'; SLOT], 2 * SLOT as u64).expect("writes");
    // The last call, at which the power goes.
    let _ = slots.sync_data();
    unreachable!("survived the power cut");
}

const CALLS_IN_PLACE: u64 = 6;

#[test]
#[ignore = "a victim"]
fn writes_from_many_threads() {
    let threads: Vec<_> = (0..4_u8)
        .map(|no| {
            thread::spawn(move || {
                let file = File::create(file().with_extension(no.to_string())).expect("opens");
                for round in 0_u64.. {
                    file.write_all_at(&[b'0' + no; BLOCK], round % 8 * BLOCK as u64).expect("writes");
                    if round % 16 == 15 {
                        file.sync_data().expect("syncs");
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| drop(thread.join()));
}

#[test]
#[ignore = "a victim"]
fn meets_a_full_disk() {
    let file = File::create(file()).expect("opens");
    file.write_all_at(b"before", 0).expect("writes");
    file.sync_data().expect("syncs");
    for _ in 0..2 {
        let refused = file.write_all_at(b"behind", 0).expect_err("is full");
        assert_eq!(refused.raw_os_error(), Some(Errno::NoSpace as i32));
    }
    file.sync_data().expect("syncs are not asked to fail");
}

#[test]
fn what_was_synced_stays_and_the_rest_is_lost_in_part() {
    let workshop = Workshop::new();
    let mut seen = BTreeSet::new();
    for seed in 0..60 {
        let folder = tempfile::tempdir().expect("a folder");
        let control = workshop.control(Disk::Forgetful);
        control.set(Slot::CutSeed, seed);
        control.set(Slot::CutAt, CALLS);
        let status = victim(&workshop, folder.path(), "writes_and_never_syncs");
        assert_eq!((status.signal(), control.get(Slot::Cut)), (Some(9), 1), "seed {seed}");
        let left = fs::read(folder.path().join("file")).expect("reads");
        assert!(could_be_left(&left), "seed {seed} leaves {}", String::from_utf8_lossy(&left));
        seen.insert(left);
    }
    let synced = vec![b'a'; 4 * BLOCK];
    let all = [&[b'a'; BLOCK][..], &[b'b'; 2 * BLOCK]].concat();
    let torn = [&[b'a'; BLOCK][..], &[b'b'; BLOCK], &[b'a'; 2 * BLOCK]].concat();
    for (what, one) in [("nothing more than was synced", synced), ("everything", all), ("half a write", torn)] {
        assert!(seen.contains(&one), "no seed leaves {what}");
    }
}

/// Blocks that are whole: the first is never touched, two may be new, and what was behind the end may have come.
fn could_be_left(left: &[u8]) -> bool {
    let block = |n: usize| left.get(n * BLOCK..(n + 1) * BLOCK).unwrap_or_default();
    let is_all = |n: usize, byte: u8| block(n).len() == BLOCK && block(n).iter().all(|one| *one == byte);
    let begins = is_all(0, b'a') && (1..3).all(|n| is_all(n, b'a') || is_all(n, b'b'));
    let rest = left.get(3 * BLOCK..).unwrap_or_default();
    let sizes = [3 * BLOCK, 4 * BLOCK, 6 * BLOCK + 100, 6 * BLOCK + 102];
    begins && sizes.contains(&left.len()) && rest.iter().all(|byte| [b'a', 0, b'c', b'd'].contains(byte))
}

#[test]
fn what_is_overwritten_in_place_is_there_once_it_was_synced_and_whole_or_not_at_all_before() {
    let workshop = Workshop::new();
    let mut seen = BTreeSet::new();
    for seed in 0..30 {
        let folder = tempfile::tempdir().expect("a folder");
        let control = workshop.control(Disk::Forgetful);
        control.set(Slot::CutSeed, seed);
        control.set(Slot::CutAt, CALLS_IN_PLACE);
        let status = victim(&workshop, folder.path(), "overwrites_in_place");
        assert_eq!((status.signal(), control.get(Slot::Cut)), (Some(9), 1), "seed {seed}");
        seen.insert(fs::read(folder.path().join("slots").join("file")).expect("reads"));
    }
    let left = |third| [[b'a'; SLOT], [b'b'; SLOT], [third; SLOT]].concat();
    assert_eq!(seen, BTreeSet::from([left(b'a'), left(b'c')]));
}

#[test]
fn threads_are_counted_together_and_stop_together() {
    let workshop = Workshop::new();
    for (seed, disk) in [(1, Disk::Plain), (2, Disk::Forgetful), (3, Disk::Forgetful)] {
        let folder = tempfile::tempdir().expect("a folder");
        let control = workshop.control(disk);
        control.set(Slot::CutSeed, seed);
        control.set(Slot::CutAt, 500);
        let status = victim(&workshop, folder.path(), "writes_from_many_threads");
        assert_eq!((status.signal(), control.get(Slot::Calls)), (Some(9), 500));
        for no in 0..4_u8 {
            let left = fs::read(folder.path().join(format!("file.{no}"))).expect("reads");
            assert!(left.iter().all(|byte| [b'0' + no, 0].contains(byte)), "thread {no} has another's bytes");
        }
    }
}

#[test]
fn calls_fail_when_they_are_told_to_and_change_nothing() {
    let (workshop, folder) = (Workshop::new(), tempfile::tempdir().expect("a folder"));
    let control: Control = workshop.control(Disk::Plain);
    control.fail(Fails::Writes, Errno::NoSpace);
    control.set(Slot::FailFrom, 3);
    assert!(victim(&workshop, folder.path(), "meets_a_full_disk").success());
    assert_eq!([Slot::Calls, Slot::Syncs, Slot::Failed].map(|slot| control.get(slot)), [5, 2, 2]);
    assert_eq!(fs::read(folder.path().join("file")).expect("reads"), b"before");
}
