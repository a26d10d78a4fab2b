//! The program as a child process: its peak memory, and its end within a time limit.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Child, Command, ExitStatus, Output};
use std::thread;
use std::time::{Duration, Instant};

/// The time between two checks of a run.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A run of the program in progress. It is killed when dropped, so that none outlives a failed
/// test.
pub struct Running {
    child: Child,
    stdout: File,
    stderr: File,
    peak: Option<u64>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct FinishedRun {
    pub output: Output,
    /// The peak of its memory, in KiB. `None` if the system does not report it.
    pub peak: Option<u64>,
}

impl Running {
    /// Starts `command` with stdout and stderr going to files, which cannot fill up as pipes can.
    pub fn start(command: &mut Command) -> Running {
        let [stdout, stderr] = [(); 2].map(|()| tempfile::tempfile().expect("there is room"));
        let [out, err] = [&stdout, &stderr].map(|file| file.try_clone().expect("it can be shared"));
        let child = command.stdout(out).stderr(err).spawn().expect("the program starts");
        Running { child, stdout, stderr, peak: None }
    }

    pub fn child(&self) -> &Child {
        &self.child
    }

    /// Waits until it has ended, for at most `limit`.
    pub fn end_within(mut self, limit: Duration) -> FinishedRun {
        let asked = Instant::now();
        let status = loop {
            self.peak = peak_memory(self.child.id()).max(self.peak);
            match self.child.try_wait().expect("it is our child") {
                Some(status) => break status,
                None if asked.elapsed() > limit => {
                    let (stdout, stderr) = self.output_so_far();
                    let [stdout, stderr] =
                        [&stdout, &stderr].map(|bytes| String::from_utf8_lossy(bytes));
                    panic!("still running after {limit:?}: {stdout}{stderr}")
                }
                None => thread::sleep(POLL_INTERVAL),
            }
        };
        let (stdout, stderr) = self.output_so_far();
        FinishedRun { output: Output { status, stdout, stderr }, peak: self.peak }
    }

    fn output_so_far(&mut self) -> (Vec<u8>, Vec<u8>) {
        let [stdout, stderr] = [&mut self.stdout, &mut self.stderr].map(|file| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("it can be read");
            bytes
        });
        (stdout, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `child` has ended, for at most `limit`. After that it is killed.
pub fn end_within(child: &mut Child, limit: Duration) -> ExitStatus {
    let ended = poll(limit, || child.try_wait().expect("it is our child"));
    ended.unwrap_or_else(|| {
        let _ = child.kill();
        panic!("still running after {limit:?}")
    })
}

/// Calls `ask` until it returns a value, for at most `limit`.
pub fn poll<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        match ask() {
            None if started.elapsed() < limit => thread::sleep(POLL_INTERVAL),
            answer => return answer,
        }
    }
}

/// The peak of the resident memory of the process `id`, in KiB: `VmHWM` of proc(5).
#[cfg(target_os = "linux")]
fn peak_memory(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn peak_memory(_: u32) -> Option<u64> {
    None
}
