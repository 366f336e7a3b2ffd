//! Stories of shares: given, wiped, found again, and what lies on the disk meanwhile.
//!
//! Each works in a folder of its own, with files of few slots. What a failing disk, a crash or a wrong file does is told
//! beside it. The disk here counts, and fails when it is told to; what it keeps is real.

mod crashing;
mod failing;
mod refusing;

use std::{fs, io, os::unix::fs::PermissionsExt, path::PathBuf, pin::pin, sync::Barrier};

use futures_util::future::{join_all, poll_immediate};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    files::Slot,
    slots::{FREE, HEADER, SLOT},
    *,
};

const HOUSE: Uuid = Uuid::from_u128(0x6b1d_77c3_2f58_4e0a_9c44_d1b8_0a5e_93f7);
const SLOTS: usize = 4;

/// A folder of slots, and what becomes of its disk.
struct Ground {
    folder: TempDir,
    layout: Layout,
    watch: Arc<Mutex<Watch>>,
}

#[derive(Default)]
struct Watch {
    calls: Vec<Call>,
    fails: Option<Fails>,
    /// The next sync waits here twice: once to say that it has begun, once to be let go.
    holds: Option<Arc<Barrier>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Call {
    Fill(Slot),
    Free(Slot),
    Sync(usize),
}

/// What the next call does, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fails {
    /// So many bytes reach the disk, then it fails.
    Write(usize),
    Sync,
}

struct Watched {
    files: Files,
    watch: Arc<Mutex<Watch>>,
}

impl Disk for Watched {
    fn write(&mut self, slot: Slot, bytes: &[u8; SLOT]) -> io::Result<()> {
        let mut watch = self.watch.lock().unwrap();
        watch.calls.push(if *bytes == FREE { Call::Free(slot) } else { Call::Fill(slot) });
        let Some(Fails::Write(reaches)) = watch.fails else { return self.files.write(slot, bytes) };
        watch.fails = None;
        let path = self.files.path(slot.file);
        let mut file = fs::read(&path).unwrap();
        let at = HEADER + slot.index * SLOT;
        file[at..at + reaches].copy_from_slice(&bytes[..reaches]);
        fs::write(&path, file).unwrap();
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&mut self, file: usize) -> io::Result<()> {
        let (fails, holds) = {
            let mut watch = self.watch.lock().unwrap();
            watch.calls.push(Call::Sync(file));
            (watch.fails.take_if(|fails| *fails == Fails::Sync), watch.holds.take())
        };
        if let Some(barrier) = holds {
            barrier.wait();
            barrier.wait();
        }
        if fails.is_some() { Err(io::ErrorKind::StorageFull.into()) } else { self.files.sync(file) }
    }

    fn grow(&mut self) -> io::Result<usize> {
        self.files.grow()
    }
}

impl Ground {
    fn new() -> Self {
        Self::with(SLOTS)
    }

    fn with(slots: usize) -> Self {
        let layout = Layout::small(HOUSE, slots);
        Self { folder: tempfile::tempdir().unwrap(), layout, watch: Arc::default() }
    }

    /// Without a word from the last one: as after a crash.
    async fn opens(&self, rooms: &[RoomId], missing: Missing) -> Kept<Opened> {
        let lay = |files| Watched { files, watch: self.watch.clone() };
        Shares::open_as(self.path(), &self.layout, rooms, missing, lay).await
    }

    async fn open(&self, rooms: &[RoomId]) -> Shares {
        let Opened { shares, unfinished } = self.opens(rooms, Missing::Refuse).await.unwrap();
        assert_eq!(unfinished, []);
        shares
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, number: u32) -> PathBuf {
        self.path().join(format!("rooms-{number:04}.slots"))
    }

    /// Every slot of every file.
    fn slots(&self) -> Vec<[u8; SLOT]> {
        let files = (1..).map(|number| self.file(number)).take_while(|path| path.exists());
        files.flat_map(|path| fs::read(path).unwrap()[HEADER..].as_chunks::<SLOT>().0.to_vec()).collect()
    }

    fn taken(&self) -> Vec<[u8; SLOT]> {
        self.slots().into_iter().filter(|slot| *slot != FREE).collect()
    }

    /// How many pieces of eight bytes of these are anywhere in the folder.
    fn residue(&self, bytes: &[u8]) -> usize {
        let files = fs::read_dir(self.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
        let haystack: Vec<u8> = files.collect::<Vec<_>>().concat();
        bytes.windows(8).filter(|piece| haystack.windows(8).any(|found| found == *piece)).count()
    }

    fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.watch.lock().unwrap().calls)
    }

    fn syncs(&self) -> usize {
        self.calls().iter().filter(|call| matches!(call, Call::Sync(_))).count()
    }

    fn fail(&self, fails: Fails) {
        self.watch.lock().unwrap().fails = Some(fails);
    }

    /// The next sync begins and waits until `let_go` at both ends.
    fn hold_sync(&self) -> Arc<Barrier> {
        let barrier = Arc::new(Barrier::new(2));
        self.watch.lock().unwrap().holds = Some(barrier.clone());
        barrier
    }
}

/// Ids as random as real ones, so that their bytes can be searched for.
fn room(number: u64) -> RoomId {
    let digest = Sha256::digest(number.to_be_bytes());
    RoomId(u128::from_be_bytes(*digest.first_chunk().unwrap()))
}

#[tokio::test]
async fn a_share_is_given_once_found_again_and_gone_when_it_is_wiped() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |rooms: &[RoomId]| Shares::open(folder.path(), HOUSE, rooms, Missing::Refuse).await.unwrap();
    let Opened { shares, unfinished } = open(&[]).await;
    assert!(unfinished.is_empty() && shares.of(room(1)).is_none());
    let one = shares.give(room(1)).await.unwrap();
    let two = shares.give(room(2)).await.unwrap();
    assert!(one != two && shares.give(room(1)).await.unwrap() == one && shares.of(room(1)).unwrap() == one);
    shares.close().await;

    let Opened { shares, unfinished } = open(&[room(2), room(1)]).await;
    assert!(unfinished.is_empty() && shares.of(room(1)).unwrap() == one && shares.give(room(2)).await.unwrap() == two);
    shares.wipe(room(1)).await.unwrap();
    assert!(shares.of(room(1)).is_none());
    shares.close().await;

    let Opened { shares, unfinished } = open(&[room(2), room(1)]).await;
    assert_eq!(unfinished, [room(1)], "its closing was interrupted");
    assert!(shares.of(room(1)).is_none() && shares.of(room(2)).unwrap() == two);
    assert!(shares.give(room(1)).await.unwrap() != one, "nobody has the old one any more");
}

#[tokio::test]
async fn files_have_their_length_at_once_without_holes_and_are_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let slots = folder.path().join("far/slots");
    let Opened { shares, .. } = Shares::open(&slots, HOUSE, &[], Missing::Refuse).await.unwrap();
    let found = fs::metadata(slots.join("rooms-0001.slots")).unwrap();
    let blocks = std::os::unix::fs::MetadataExt::blocks(&found) * 512;
    assert!(found.len() == 266_240 && found.len() <= blocks, "{} of {blocks}", found.len());
    let mode = |name: &str| fs::metadata(slots.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("rooms-0001.slots"), mode("rooms.lock")), (0o700, 0o600, 0o600));
    assert_eq!(fs::read_dir(&slots).unwrap().count(), 2, "no draft stays behind");
    shares.close().await;
}

#[tokio::test]
async fn what_was_wiped_is_nowhere_in_the_folder() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    let share = shares.give(room(1)).await.unwrap();
    let slot = ground.taken().remove(0);
    assert!(slot[..16] == room(1).0.to_be_bytes() && slot[16..48] == *share.bytes());
    assert_eq!(ground.residue(&slot), SLOT - 7, "the search finds what is there");
    shares.give(room(2)).await.unwrap();
    shares.wipe(room(1)).await.unwrap();
    assert_eq!(ground.residue(&slot), 0);
    assert_eq!(ground.taken().len(), 1, "the neighbour is as it was");
    shares.wipe(room(1)).await.unwrap();
    shares.wipe(room(7)).await.unwrap();
    assert!(shares.of(room(2)).is_some());
}

#[tokio::test]
async fn nothing_is_written_for_what_is_so_already() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    shares.give(room(1)).await.unwrap();
    assert_eq!(ground.calls(), [Call::Fill(Slot { file: 0, index: 0 }), Call::Sync(0)]);
    shares.give(room(1)).await.unwrap();
    shares.wipe(room(2)).await.unwrap();
    assert_eq!(ground.calls(), []);
    shares.wipe(room(1)).await.unwrap();
    assert_eq!(ground.calls(), [Call::Free(Slot { file: 0, index: 0 }), Call::Sync(0)]);
}

#[tokio::test]
async fn slots_of_rooms_that_are_unknown_are_zeroed_before_anything_else() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    for number in 1..=3 {
        shares.give(room(number)).await.unwrap();
    }
    let kept = shares.of(room(2)).unwrap();
    shares.close().await;
    let slots = ground.taken();
    let Opened { shares, unfinished } = ground.opens(&[room(2), room(9)], Missing::Refuse).await.unwrap();
    assert_eq!(unfinished, [room(9)]);
    assert!(shares.of(room(2)).unwrap() == kept && shares.of(room(1)).is_none());
    assert_eq!((ground.residue(&slots[0]), ground.residue(&slots[2])), (0, 0));
    assert_eq!(ground.taken(), [slots[1]]);
}

#[tokio::test]
async fn a_full_file_is_followed_by_another_and_never_grows() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    let (rooms, first): (Vec<_>, _) = ((0..10).map(room).collect(), fs::read(ground.file(1)).unwrap());
    let given: Vec<_> =
        join_all(rooms.iter().map(|room| shares.give(*room))).await.into_iter().map(Kept::unwrap).collect();
    for number in 1..=3 {
        let file = fs::read(ground.file(number)).unwrap();
        assert_eq!(file.len(), ground.layout.size());
        assert_eq!(file[..20], first[..20]);
        assert_eq!(file[20..24], number.to_be_bytes());
        assert_eq!(file[24..HEADER], first[24..HEADER]);
    }
    assert!(!ground.file(4).exists());
    shares.close().await;

    let shares = ground.open(&rooms).await;
    assert!(rooms.iter().zip(&given).all(|(room, share)| shares.of(*room).as_ref() == Some(share)));
    let before = ground.slots();
    shares.wipe(rooms[1]).await.unwrap();
    shares.give(room(20)).await.unwrap();
    let changed: Vec<_> =
        before.iter().zip(ground.slots()).enumerate().filter(|(_, (old, new))| **old != *new).collect();
    assert_eq!(changed.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1], "a slot that is free again is used again");
}

#[tokio::test]
async fn whoever_asks_while_a_sync_runs_shares_the_next_one() {
    let ground = Ground::with(128);
    let shares = ground.open(&[]).await;
    let barrier = ground.hold_sync();
    let mut first = pin!(shares.give(room(0)));
    assert!(poll_immediate(&mut first).await.is_none());
    barrier.wait();
    let mut rest = pin!(join_all((1..=100).map(|number| shares.give(room(number)))));
    assert!(poll_immediate(&mut rest).await.is_none());
    barrier.wait();
    assert!(first.await.is_ok() && rest.await.iter().all(Result::is_ok));
    assert_eq!(ground.syncs(), 2);
}

#[tokio::test]
async fn what_one_does_to_a_room_the_next_finds_done() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    let (first, wiped, second, again) =
        tokio::join!(shares.give(room(1)), shares.wipe(room(1)), shares.give(room(1)), shares.give(room(1)));
    assert!(wiped.is_ok() && second.unwrap() == again.unwrap());
    // By the time its answer is heard the room has the second share, or none.
    assert!(first.is_ok() || matches!(first, Err(ShareError::Erased)));
    assert_eq!(ground.taken().len(), 1);
}

#[tokio::test]
async fn whoever_goes_away_cancels_nothing() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    assert!(poll_immediate(pin!(shares.give(room(1)))).await.is_none());
    assert!(poll_immediate(pin!(shares.close())).await.is_none());
    let shares = ground.open(&[room(1)]).await;
    assert!(shares.of(room(1)).is_some());
    assert!(poll_immediate(pin!(shares.wipe(room(1)))).await.is_none());
    drop(shares);
    let opened = ground.opens(&[room(1)], Missing::Refuse).await.unwrap();
    assert_eq!(opened.unfinished, [room(1)]);
}

#[tokio::test]
async fn a_closed_door_says_so() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    shares.close().await;
    shares.close().await;
    assert!(matches!(shares.give(room(1)).await, Err(ShareError::Closed)));
    assert!(matches!(shares.wipe(room(1)).await, Err(ShareError::Closed)));
}
