//! SIGINT and SIGTERM as something to wait for, with the standard library alone: the handler writes one byte into
//! a socket pair, because hardly anything else may be done in a signal handler.

use std::io::{self, Read};
use std::os::fd::IntoRawFd;
use std::os::raw::{c_int, c_void};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};

const SIGINT: c_int = 2;
const SIGTERM: c_int = 15;

static WAKE: AtomicI32 = AtomicI32::new(-1);

extern "C" {
    fn signal(signum: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn write(fd: c_int, buffer: *const c_void, count: usize) -> isize;
}

extern "C" fn wake(_signum: c_int) {
    let byte = 1u8;
    // SAFETY: write(2) may be called in a signal handler, and WAKE holds an open descriptor before wake is installed.
    unsafe {
        write(
            WAKE.load(Ordering::Relaxed),
            std::ptr::addr_of!(byte).cast(),
            1,
        )
    };
}

/// The end of the pair that becomes readable on a stop signal.
pub struct Stop(UnixStream);

impl Stop {
    pub fn install() -> io::Result<Self> {
        let (reader, writer) = UnixStream::pair()?;
        WAKE.store(writer.into_raw_fd(), Ordering::Relaxed);
        // SAFETY: wake has the signature that signal(2) requires, and is async-signal-safe.
        unsafe {
            signal(SIGINT, wake);
            signal(SIGTERM, wake);
        }
        Ok(Self(reader))
    }

    /// Blocks until the first of the signals.
    pub fn wait(mut self) -> io::Result<()> {
        self.0.read_exact(&mut [0])
    }
}
