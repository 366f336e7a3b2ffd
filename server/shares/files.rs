//! Slot files on the disk: `rooms-0001.slots` and so on, found, made whole, overwritten in place.
//!
//! A file has its full length from the moment it has its name, and never another: no write needs new blocks, and none
//! leaves old ones behind. Which room has which slot is not known here.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    Kept, ShareError,
    slots::{Layout, SLOT, Wrong},
};
use crate::vault;

/// Where a slot is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Counted from 0; files' numbers begin with 1.
    pub file: usize,
    pub index: usize,
}

/// What slots are written to.
pub trait Disk: Send + 'static {
    fn write(&mut self, slot: Slot, bytes: &[u8; SLOT]) -> io::Result<()>;

    /// What was written to this file is on the disk once it returns. When it fails, whatever was written since the last
    /// success must be written again: the kernel may have forgotten it.
    fn sync(&mut self, file: usize) -> io::Result<()>;

    /// Makes one more file, all of it free and durable, and returns which it is.
    fn grow(&mut self) -> io::Result<usize>;
}

pub struct Files {
    folder: PathBuf,
    layout: Layout,
    open: Vec<File>,
}

impl Files {
    /// Opens the files of this folder, and returns what each says. Makes the first when there is none and no `rooms`
    /// should be in it.
    pub fn open(folder: &Path, layout: &Layout, rooms: usize) -> Kept<(Self, Vec<Zeroizing<Vec<u8>>>)> {
        let mut files = Self { folder: folder.to_owned(), layout: layout.clone(), open: Vec::new() };
        let mut contents = Vec::new();
        for (number, found) in (1..).zip(numbers_in(folder)?) {
            let path = path_of(folder, number);
            if found != number {
                return Err(refused(&path, "is not there, although a later one is", RESTORE));
            }
            let (file, content) = open_one(&path, layout.size()).map_err(|error| unusable(&path, &error))?;
            if let Err(wrong) = layout.judge(number, &content) {
                return Err(misshapen(&path, &file, layout, wrong));
            }
            files.open.push(file);
            contents.push(content);
        }
        if files.open.is_empty() {
            if rooms != 0 {
                let cause = format!(
                    "holds no slot file (one is in no backup), and nobody can read the database's open conversations ({rooms}) without it"
                );
                return Err(refused(folder, &cause, RESTORE));
            }
            files.grow().map_err(|error| unwritable(folder, &error))?;
            contents.push(Zeroizing::new(layout.blank(1)));
        }
        Ok((files, contents))
    }
}

impl Disk for Files {
    fn write(&mut self, slot: Slot, bytes: &[u8; SLOT]) -> io::Result<()> {
        self.file(slot.file)?.write_all_at(bytes, Layout::offset(slot.index))
    }

    fn sync(&mut self, file: usize) -> io::Result<()> {
        self.file(file)?.sync_data()
    }

    fn grow(&mut self) -> io::Result<usize> {
        let file = self.open.len();
        let number = u32::try_from(file + 1).map_err(io::Error::other)?;
        let path = path_of(&self.folder, number);
        let blank = self.layout.blank(number);
        vault::place(&path, &blank)?;
        let (made, content) = open_one(&path, blank.len())?;
        if *content != blank {
            return Err(io::Error::other(format!("{} is there already, and not by us", path.display())));
        }
        self.open.push(made);
        Ok(file)
    }
}

impl Files {
    #[cfg(test)]
    pub fn path(&self, file: usize) -> PathBuf {
        path_of(&self.folder, file as u32 + 1)
    }

    fn file(&self, index: usize) -> io::Result<&File> {
        self.open.get(index).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Zeroes and removes all slot files of this folder, whatever shape they have; none, when one is another installation's.
pub fn destroy(folder: &Path, layout: &Layout) -> Kept<()> {
    let ours = |number| {
        let path = path_of(folder, number);
        let (file, content) = open_one(&path, layout.size()).map_err(|error| unusable(&path, &error))?;
        match layout.judge(number, &content) {
            Err(wrong @ Wrong::Foreign) => Err(misshapen(&path, &file, layout, wrong)),
            _ => Ok((path, file)),
        }
    };
    for (path, file) in numbers_in(folder)?.into_iter().map(ours).collect::<Kept<Vec<_>>>()? {
        zero(&file).and_then(|()| fs::remove_file(&path)).map_err(|error| unusable(&path, &error))?;
    }
    vault::sync_names(folder).map_err(|error| unwritable(folder, &error))
}

pub fn unwritable(folder: &Path, error: &io::Error) -> ShareError {
    refused(folder, &format!("takes no slot files ({error})"), "let this user write there, on a disk that has space")
}

/// The two ways out when keys are gone.
const RESTORE: &str = "name the right folder with --slots, or let `quietline serve --forget-rooms` erase all open conversations and start";

fn refused(path: &Path, cause: &str, remedy: &str) -> ShareError {
    ShareError::Unusable(format!("{} {cause}: {remedy}", path.display()))
}

fn unusable(path: &Path, error: &io::Error) -> ShareError {
    refused(path, &format!("cannot be used ({error})"), "let this user read and write it, or name another with --slots")
}

fn misshapen(path: &Path, file: &File, layout: &Layout, wrong: Wrong) -> ShareError {
    match wrong {
        Wrong::NoSlotFile => refused(path, "is no slot file", RESTORE),
        Wrong::Version(version) => {
            let cause = format!("is a slot file of version {version}, which this Quietline does not know");
            refused(path, &cause, "start the Quietline that made it, or name another folder with --slots")
        }
        Wrong::Foreign => refused(
            path,
            "belongs to another installation",
            "name this one's own folder with --slots, or remove the file if that installation is gone",
        ),
        Wrong::Number(found) => refused(path, &format!("says that it is number {found}"), RESTORE),
        Wrong::Size => {
            let found = file.metadata().map(|found| found.len()).unwrap_or_default();
            refused(path, &format!("has {found} bytes instead of {}", layout.size()), RESTORE)
        }
        Wrong::Header => refused(path, "has a damaged header", RESTORE),
    }
}

fn path_of(folder: &Path, number: u32) -> PathBuf {
    folder.join(name_of(number))
}

fn name_of(number: u32) -> String {
    format!("rooms-{number:04}.slots")
}

/// The numbers of the slot files in this folder, in order. Drafts have longer names.
fn numbers_in(folder: &Path) -> Kept<Vec<u32>> {
    let number = |name: &str| {
        let number = name.strip_prefix("rooms-")?.strip_suffix(".slots")?.parse().ok()?;
        (name == name_of(number)).then_some(number)
    };
    let read = || {
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.iter().filter_map(|entry| number(entry.file_name().to_str()?)).collect())
    };
    let mut numbers: Vec<u32> = read().map_err(|error| unusable(folder, &error))?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// What it says, and one byte more if it is too long; in memory that was reserved at once, so that no copy is left.
fn open_one(path: &Path, size: usize) -> io::Result<(File, Zeroizing<Vec<u8>>)> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut content = Zeroizing::new(Vec::with_capacity(2 * size));
    (&file).take(size as u64 + 1).read_to_end(&mut content)?;
    Ok((file, content))
}

fn zero(file: &File) -> io::Result<()> {
    let block = [0; 4_096];
    let length = file.metadata()?.len();
    for at in (0..length).step_by(block.len()) {
        let rest = usize::try_from(length - at).unwrap_or(block.len());
        file.write_all_at(&block[..rest.min(block.len())], at)?;
    }
    file.sync_all()
}
