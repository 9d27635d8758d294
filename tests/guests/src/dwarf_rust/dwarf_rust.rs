// A core module with line tables by rustc. It goes without `core`, so that any nightly makes it.
#![no_core]
#![no_std]
#![feature(no_core, lang_items, intrinsics, rustc_attrs)]
#![allow(internal_features)]

#[lang = "pointee_sized"]
pub trait PointeeSized {}
#[lang = "meta_sized"]
pub trait MetaSized: PointeeSized {}
#[lang = "sized"]
pub trait Sized: MetaSized {}
#[lang = "copy"]
pub trait Copy {}
impl Copy for i32 {}

#[rustc_intrinsic]
pub const fn abort() -> !;

pub mod gate {
    pub struct Gate;

    impl Gate {
        #[inline(never)]
        pub fn open(number: i32) -> i32 {
            match number {
                7 => super::abort(),
                other => other,
            }
        }
    }
}

#[no_mangle]
pub extern "C" fn run(number: i32) -> i32 {
    gate::Gate::open(number)
}
