//! Finds `libringside.a`: built by `make -C workloads PORT=linked-x86_64`.

use std::{env, path::PathBuf, process};

fn main() {
    println!("cargo:rerun-if-env-changed=RINGSIDE_LIBRARY");
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = env::var_os("RINGSIDE_LIBRARY").map_or_else(
        || crate_folder.join("../../../build/linked-x86_64"),
        PathBuf::from,
    );
    let library = folder.join("libringside.a");
    println!("cargo:rerun-if-changed={}", library.display());
    if !library.is_file() {
        eprintln!(
            "{} is not there: run `make -C workloads PORT=linked-x86_64`, \
             or set RINGSIDE_LIBRARY to its folder",
            library.display()
        );
        process::exit(1);
    }
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static=ringside");
}
