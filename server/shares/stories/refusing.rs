//! Stories of slot files that are not there, not whole or not ours, each refused with a sentence of its own.

use super::*;

async fn refusal(ground: &Ground, missing: Missing) -> String {
    let sentence = ground.opens(&[room(1), room(2)], missing).await.err().map(|error| error.to_string());
    let sentence = sentence.expect("it should have been refused");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(sentence.contains(ground.path().to_str().unwrap()) && sentence.contains(": "), "{sentence}");
    sentence
}

/// A folder with a room's share in it.
async fn lived_in() -> Ground {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    shares.give(room(1)).await.unwrap();
    shares.close().await;
    ground
}

#[tokio::test]
async fn rooms_without_any_slot_file_are_refused_or_forgotten() {
    let ground = Ground::new();
    let sentence = refusal(&ground, Missing::Refuse).await;
    for said in ["holds no slot file", "open conversations (2)", "in no backup", "serve --forget-rooms"] {
        assert!(sentence.contains(said), "{sentence}");
    }
    assert!(!ground.file(1).exists(), "nothing is made that could be taken for the right one");
    let Opened { shares, unfinished } = ground.opens(&[room(1), room(2)], Missing::Forget).await.unwrap();
    assert_eq!(unfinished, [room(1), room(2)]);
    assert!(ground.file(1).exists() && shares.of(room(1)).is_none());
}

#[tokio::test]
async fn a_file_of_another_shape_is_refused_left_alone_and_replaced_on_request() {
    let whole = fs::read(lived_in().await.file(1)).unwrap();
    let size = whole.len();
    let changed = |at: usize, bytes: &[u8]| [&whole[..at], bytes, &whole[at + bytes.len()..]].concat();
    for (file, said) in [
        (Vec::new(), format!("has 0 bytes instead of {size}")),
        (whole[..30].to_vec(), format!("has 30 bytes instead of {size}")),
        (whole[..HEADER].to_vec(), format!("has {HEADER} bytes instead of {size}")),
        (whole[..size - 1].to_vec(), format!("has {} bytes instead of {size}", size - 1)),
        ([&whole[..], &[0; 4_096]].concat(), format!("has {} bytes instead of {size}", size + 4_096)),
        (changed(0, b"SQLite format 3"), "is no slot file".into()),
        (changed(16, &7_u32.to_be_bytes()), "of version 7".into()),
        (changed(20, &3_u32.to_be_bytes()), "says that it is number 3".into()),
        (changed(40, &[1]), "has a damaged header".into()),
        (changed(HEADER - 1, &[1]), "has a damaged header".into()),
    ] {
        let ground = Ground::new();
        fs::write(ground.file(1), &file).unwrap();
        let sentence = refusal(&ground, Missing::Refuse).await;
        assert!(sentence.contains(&said) && sentence.contains("rooms-0001.slots"), "{said}: {sentence}");
        assert!(sentence.contains("--forget-rooms") != said.contains("version"), "{sentence}");
        assert_eq!(fs::read(ground.file(1)).unwrap(), file);

        let Opened { shares, unfinished } = ground.opens(&[room(1)], Missing::Forget).await.unwrap();
        assert_eq!(unfinished, [room(1)]);
        assert!(shares.give(room(1)).await.is_ok());
        assert_eq!(fs::read(ground.file(1)).unwrap().len(), size);
    }
}

#[tokio::test]
async fn another_installations_file_is_refused_whatever_was_asked() {
    let mut ground = lived_in().await;
    let before = fs::read(ground.file(1)).unwrap();
    ground.layout = Layout::small(Uuid::from_u128(7), SLOTS);
    for missing in [Missing::Refuse, Missing::Forget] {
        let sentence = refusal(&ground, missing).await;
        assert!(sentence.contains("belongs to another installation") && sentence.contains("--slots"), "{sentence}");
        assert!(ground.opens(&[], missing).await.is_err(), "also when there are no rooms");
    }
    assert_eq!(fs::read(ground.file(1)).unwrap(), before);

    let ground = lived_in().await;
    let (own, mut foreign) = (fs::read(ground.file(1)).unwrap(), ground.layout.blank(2));
    foreign[24] ^= 1;
    fs::write(ground.file(2), foreign).unwrap();
    assert!(refusal(&ground, Missing::Forget).await.contains("rooms-0002.slots belongs to another installation"));
    assert_eq!(fs::read(ground.file(1)).unwrap(), own, "nothing is destroyed before all were looked at");
}

#[tokio::test]
async fn a_slot_says_nothing_in_another_installations_file() {
    let mut ground = lived_in().await;
    let mut file = fs::read(ground.file(1)).unwrap();
    let other = Uuid::from_u128(7);
    file[24..40].copy_from_slice(other.as_bytes());
    fs::write(ground.file(1), file).unwrap();
    ground.layout = Layout::small(other, SLOTS);
    let opened = ground.opens(&[room(1)], Missing::Refuse).await.unwrap();
    assert_eq!(opened.unfinished, [room(1)]);
    assert!(ground.taken().is_empty());
}

#[tokio::test]
async fn a_gap_in_the_row_is_refused() {
    let ground = lived_in().await;
    fs::rename(ground.file(1), ground.file(2)).unwrap();
    let sentence = refusal(&ground, Missing::Refuse).await;
    assert!(sentence.contains("rooms-0001.slots is not there, although a later one is"), "{sentence}");
    let opened = ground.opens(&[room(1)], Missing::Forget).await.unwrap();
    assert_eq!(opened.unfinished, [room(1)]);
    assert!(ground.file(1).exists() && !ground.file(2).exists());
}

#[tokio::test]
async fn what_cannot_be_read_or_made_is_refused() {
    let ground = Ground::new();
    fs::create_dir(ground.file(1)).unwrap();
    for missing in [Missing::Refuse, Missing::Forget] {
        let sentence = refusal(&ground, missing).await;
        assert!(sentence.contains("rooms-0001.slots cannot be used ("), "{sentence}");
    }
    let file = ground.path().join("file");
    fs::write(&file, "").unwrap();
    let under_a_file = Shares::open(&file.join("slots"), HOUSE, &[], Missing::Refuse).await;
    let sentence = under_a_file.err().unwrap().to_string();
    assert!(sentence.contains("cannot be made (") && sentence.contains("--slots"), "{sentence}");
}

#[tokio::test]
async fn to_forget_is_to_overwrite() {
    let ground = lived_in().await;
    let slot = ground.taken().remove(0);
    let same_blocks = ground.path().join("the same blocks under another name");
    fs::hard_link(ground.file(1), &same_blocks).unwrap();
    assert!(ground.residue(&slot) != 0);
    let Opened { shares, unfinished } = ground.opens(&[room(1)], Missing::Forget).await.unwrap();
    assert_eq!(unfinished, [room(1)]);
    assert!(shares.of(room(1)).is_none());
    assert_eq!(ground.residue(&slot), 0);
    assert!(fs::read(same_blocks).unwrap().iter().all(|byte| *byte == 0));
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_refuses() {
    let ground = Ground::new();
    let first = ground.open(&[]).await;
    first.give(room(1)).await.unwrap();
    let before = ground.slots();
    for missing in [Missing::Refuse, Missing::Forget] {
        let sentence = refusal(&ground, missing).await;
        assert!(sentence.contains("another Quietline serves") && sentence.contains("--slots"), "{sentence}");
    }
    assert_eq!(ground.slots(), before);
    first.close().await;
    ground.open(&[room(1)]).await;
}
