//! What the writer asks of the disk, as a seam: tests put a failing one in its place.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::Layout;

/// The disk under a log. After an error the writer cuts the segment back before it goes on.
pub(crate) trait Storage: Send {
    /// Appends to the segment.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Waits until the segment is on the disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Makes the segment this long again.
    fn cut(&mut self, len: u64) -> io::Result<()>;
    /// Begins the segment whose first record has this number; it is there with its header or not at all.
    fn begin(&mut self, first: u64, header: &[u8]) -> io::Result<()>;
    /// Replaces the checkpoint, whole or not at all.
    fn publish(&mut self, checkpoint: &[u8]) -> io::Result<()>;
}

/// The folder of a log.
#[derive(Debug)]
pub(crate) struct Folder {
    layout: Layout,
    segment: File,
    /// The one writer's lock, held as long as this lives.
    lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Said, and not left to closing: a process that is just being started holds a copy of every open file for a moment.
        let _ = self.lock.unlock();
    }
}

impl Folder {
    /// Goes on with the segment at `path`.
    pub(crate) fn open(layout: Layout, path: &Path, lock: File) -> io::Result<Self> {
        let segment = OpenOptions::new().append(true).open(path)?;
        Ok(Self { layout, segment, lock })
    }
}

impl Storage for Folder {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.segment.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.segment.sync_data()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.segment.set_len(len)?;
        self.segment.sync_all()
    }

    fn begin(&mut self, first: u64, header: &[u8]) -> io::Result<()> {
        self.segment = begin_segment(&self.layout, first, header)?;
        Ok(())
    }

    fn publish(&mut self, checkpoint: &[u8]) -> io::Result<()> {
        replace(&self.layout.checkpoint(), checkpoint)
    }
}

/// Makes a segment with its header and opens it for appending.
pub(crate) fn begin_segment(layout: &Layout, first: u64, header: &[u8]) -> io::Result<File> {
    let path = layout.segment(first).path;
    replace(&path, header)?;
    sync_folder(&layout.segments_folder())?;
    OpenOptions::new().append(true).open(path)
}

/// Writes a file beside its place and lets it take its name.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut file = File::create(&draft)?;
    file.write_all(content)?;
    // Without this a loss of power could leave an empty file under the name.
    file.sync_data()?;
    fs::rename(&draft, path)
}

/// Waits until the names in a folder are on the disk. Where folders cannot be opened, the system does it by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
