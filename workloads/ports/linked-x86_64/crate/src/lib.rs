//! Ringside's workloads inside a kernel that has no user space.
//!
//! Call [`run`] once from the kernel's main, when the serial port and whatever else is given work:
//!
//! ```ignore
//! ringside::run(&ringside::Kernel {
//!     takes_breakpoints: true,
//!     ..ringside::Kernel::new(|bytes| SERIAL.lock().send_all(bytes))
//! });
//! ```
//!
//! The image then holds the workloads and a place for a plan, which the harness fills before it
//! boots a copy. Left as it is the plan is empty, and the call comes back at once. It needs at most
//! 16 KiB of stack.

#![no_std]

use core::ffi::{c_char, c_int};

/// What the kernel gives. What is `None` makes the workloads that need it absent.
pub struct Kernel {
    /// Sends all the bytes, as they are, to the first serial port: it is what the harness reads.
    pub write: fn(&[u8]),
    /// Nanoseconds of a clock that never steps back.
    pub time_ns: Option<extern "C" fn() -> u64>,
    /// Comes back so many nanoseconds later, or a little after.
    pub sleep_ns: Option<extern "C" fn(u64)>,
    /// Lets whoever else wants the CPU run, and comes back.
    pub yield_now: Option<extern "C" fn()>,
    /// A breakpoint exception has a handler that returns.
    pub takes_breakpoints: bool,
    /// Ends the machine when the last workload is through.
    pub power_off: Option<extern "C" fn()>,
}

impl Kernel {
    /// A kernel that only has a console.
    pub const fn new(write: fn(&[u8])) -> Self {
        Self {
            write,
            time_ns: None,
            sleep_ns: None,
            yield_now: None,
            takes_breakpoints: false,
            power_off: None,
        }
    }
}

/// `struct ringside_kernel` of ringside.h.
#[repr(C)]
struct Raw {
    write: extern "C" fn(*const c_char, usize),
    time_ns: Option<extern "C" fn() -> u64>,
    sleep_ns: Option<extern "C" fn(u64)>,
    yield_now: Option<extern "C" fn()>,
    takes_breakpoints: c_int,
    power_off: Option<extern "C" fn()>,
}

extern "C" {
    fn ringside_run(kernel: *const Raw);
}

/// The one call's `write`, for a function that C can call.
static mut WRITE: fn(&[u8]) = |_| ();

extern "C" fn write(bytes: *const c_char, len: usize) {
    // SAFETY: the library hands over `len` bytes of its own; WRITE was set before it was called.
    unsafe { WRITE(core::slice::from_raw_parts(bytes.cast(), len)) }
}

/// Runs the plan that the harness put into the image. Not to be called by two CPUs at once.
pub fn run(kernel: &Kernel) {
    let raw = Raw {
        write,
        time_ns: kernel.time_ns,
        sleep_ns: kernel.sleep_ns,
        yield_now: kernel.yield_now,
        takes_breakpoints: kernel.takes_breakpoints.into(),
        power_off: kernel.power_off,
    };
    // SAFETY: `raw` outlives the call, and its layout is that of ringside.h.
    unsafe {
        WRITE = kernel.write;
        ringside_run(&raw);
    }
}
