//! Disks that really are full or really cannot be written, beneath the real program: every request is refused clearly, nothing
//! that was acknowledged is lost, and once the disk works the program does, without a restart.
//!
//! They need a disk of their own, which only root may mount; who may not skips them, and says so.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::load::Told;
use crate::running::Place;

/// Room for the program and its two people, and little more.
const SMALL: &str = "40M";

/// A file system of our own. Let go of with the test.
struct Disk {
    folder: TempDir,
}

impl Disk {
    /// In memory, and small.
    fn small() -> Option<Self> {
        let size = format!("size={SMALL}");
        Self::mount(&["-t", "tmpfs", "-o", &size, "tmpfs"])
    }

    /// In a file, of the kind that a server has, and read-only from its first error on.
    fn in_a_file() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        let file = std::fs::File::create(&image).unwrap();
        file.set_len(256 << 20).unwrap();
        let image = image.to_str().unwrap().to_owned();
        if !ran("mkfs.ext4", &["-q", "-m", "0", &image]) {
            return None;
        }
        let how = ["-t", "ext4", "-o", "loop,errors=remount-ro", &image];
        Self::mount_in(folder, &how)
    }

    fn mount(args: &[&str]) -> Option<Self> {
        Self::mount_in(tempfile::tempdir().unwrap(), args)
    }

    fn mount_in(folder: TempDir, args: &[&str]) -> Option<Self> {
        let on = folder.path().join("disk");
        std::fs::create_dir(&on).unwrap();
        let args = [args, &[on.to_str().unwrap()]].concat();
        ran("mount", &args).then_some(Self { folder })
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Take every byte that is left.
    fn fill(&self) {
        let filler = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.root().join("filler"));
        // Even the name of a file needs room.
        let Ok(mut filler) = filler else { return };
        for size in [1 << 20, 4096, 1] {
            while filler.write_all(&vec![0xff; size]).is_ok() {}
        }
    }

    fn free(&self) {
        let _ = std::fs::remove_file(self.root().join("filler"));
    }

    /// Let no file and no folder change, or let them again. The one file that is mapped into memory stays as it is: a program
    /// that writes to a mapped page of an immutable file is ended, and no disk that fails does that.
    fn freeze(&self, may_not: bool) -> bool {
        let flag = if may_not { "+i" } else { "-i" };
        let paths: Vec<_> = walkdir::WalkDir::new(self.root().join("data"))
            .into_iter()
            .filter_map(Result::ok)
            .map(|entry| entry.path().to_str().unwrap().to_owned())
            // What is being uploaded comes and goes; its folder does not.
            .filter(|path| !path.ends_with("-shm") && !path.contains("/incoming/"))
            .collect();
        let args: Vec<_> = [flag]
            .into_iter()
            .chain(paths.iter().map(String::as_str))
            .collect();
        ran("chattr", &args)
    }

    /// As after an error of the device: the kernel takes no more writes, whoever holds files open.
    fn break_down(&self) -> bool {
        let root = self.root();
        let device = output("findmnt", &["-no", "SOURCE", root.to_str().unwrap()]);
        let device = device.map(|output| String::from_utf8(output.stdout).unwrap());
        let name = device.and_then(|device| {
            let name = Path::new(device.trim()).file_name()?.to_str()?.to_owned();
            Some(name)
        });
        let switch = format!("/sys/fs/ext4/{}/trigger_fs_error", name.unwrap_or_default());
        std::fs::write(switch, "test").is_ok()
    }

    /// What an operator does then: check it, and mount it anew.
    fn repair(&self) {
        let (root, image) = (self.root(), self.folder.path().join("image"));
        let (root, image) = (root.to_str().unwrap(), image.to_str().unwrap());
        assert!(ran("umount", &[root]));
        let checked = output("e2fsck", &["-f", "-y", image]).unwrap();
        // 1: what was wrong is right now.
        assert!(matches!(checked.status.code(), Some(0 | 1)), "{checked:?}");
        assert!(ran("mount", &["-t", "ext4", "-o", "loop", image, root]));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that a failed test left behind may still hold it.
        ran("umount", &["-l", self.root().to_str().unwrap()]);
    }
}

fn output(program: &str, args: &[&str]) -> Option<Output> {
    Command::new(program).args(args).output().ok()
}

fn ran(program: &str, args: &[&str]) -> bool {
    let ran = output(program, args);
    if let Some(failed) = ran.as_ref().filter(|ran| !ran.status.success()) {
        eprintln!("{program}: {}", String::from_utf8_lossy(&failed.stderr));
    }
    ran.is_some_and(|ran| ran.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_a_byte_left() {
    let Some(disk) = Disk::small() else {
        eprintln!("skipped: a small disk of our own cannot be mounted here");
        return;
    };
    let place = Place::on(disk.root().join("data"));
    let server = place.start().await;
    let told = Told::default();
    for _ in 0..3 {
        told.until_answered(&place, &server).await;
        told.until_refused(&place, &server, || disk.fill()).await;
        disk.free();
    }
    told.until_answered(&place, &server).await;
    eprintln!("{} requests were refused", told.refused());
    told.is_kept(&place, &server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_may_not_be_written_for_a_while() {
    let Some(disk) = Disk::in_a_file() else {
        eprintln!("skipped: a disk of our own cannot be mounted here");
        return;
    };
    let place = Place::on(disk.root().join("data"));
    let server = place.start().await;
    let told = Told::default();
    for _ in 0..2 {
        told.until_answered(&place, &server).await;
        if !disk.freeze(true) {
            eprintln!("skipped: files cannot be made immutable here");
            return;
        }
        told.until_refused(&place, &server, || {}).await;
        assert!(disk.freeze(false));
    }
    told.until_answered(&place, &server).await;
    eprintln!("{} requests were refused", told.refused());
    told.is_kept(&place, &server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_turned_read_only() {
    let Some(disk) = Disk::in_a_file() else {
        eprintln!("skipped: a disk of our own cannot be mounted here");
        return;
    };
    let place = Place::on(disk.root().join("data"));
    let server = place.start().await;
    let told = Told::default();
    told.until_answered(&place, &server).await;
    if !disk.break_down() {
        eprintln!("skipped: this kernel does not let us break a disk");
        return;
    }
    told.until_refused(&place, &server, || {}).await;
    eprintln!("{} requests were refused", told.refused());
    // The kernel gives such a disk back only after it was let go of.
    let person = server.ready["persons"][0].clone();
    server.stop().await;
    disk.repair();
    let mut server = place.start().await;
    server.ready["persons"][0] = person;
    told.until_answered(&place, &server).await;
    told.is_kept(&place, &server).await;
    server.stop().await;
}
