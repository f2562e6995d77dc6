//! Malformed values, thousands for each type: an error or a value, never a panic, and never more
//! memory than the bytes at hand could be worth.
#![expect(
    unsafe_code,
    reason = "an allocator that counts what a decoder asks for is written as all allocators are"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytes::BytesMut;
use data_bridge_postgres::types::value::Values;
use data_bridge_postgres::types::{Codec, decode, encode};

/// Counts what this thread has allocated and not freed, and how much that was at most.
struct Counting;

thread_local! {
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // Nothing to count for a thread that is ending.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Bytes, most of them those that lengths and counts are made of.
    fn byte(&mut self) -> u8 {
        match self.next() % 4 {
            0 => 0,
            1 => [1, 2, 3, 4, 8, 16, 0x7f, 0xff][self.below(8)],
            2 => b"{},\"\\[]:=0"[self.below(10)],
            _ => self.next() as u8,
        }
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }
}

fn codecs() -> impl Iterator<Item = Codec> {
    let arrays = Codec::SCALARS.iter().map(Codec::Array);
    Codec::SCALARS.iter().copied().chain(arrays)
}

/// A plain value of eight bytes is this many in memory, and lists grow by doubling.
const WORTH: usize = 64;
/// Of the widest value that a few bytes can spell: a numeric with 131,072 digits before its point,
/// and as much again where it is copied.
const ALWAYS: usize = 600_000;

/// Decodes, and gives the value's bytes when there is a value.
fn survive(codec: Codec, raw: &[u8]) -> Option<BytesMut> {
    let before = HELD.with(|held| {
        let (now, _) = held.get();
        held.set((now, now));
        now
    });
    let decoded = decode(codec, raw, &mut Values);
    let most = HELD.with(|held| held.get().1) - before;
    let limit = WORTH * raw.len() + ALWAYS;
    assert!(most <= limit as isize, "{codec}: {most} bytes for {raw:?}");
    let mut again = BytesMut::new();
    encode(&decoded.ok()?, codec, &mut again).ok()?;
    Some(again)
}

#[test]
fn any_bytes_are_a_value_or_an_error() {
    let mut numbers = Numbers(1);
    for codec in codecs() {
        for _ in 0..2_000 {
            let length = numbers.below(48);
            survive(codec, &numbers.bytes(length));
        }
    }
}

/// What decodes is changed, cut and drawn out, so that the inner parts of a decoder are reached.
#[test]
fn values_are_changed_a_little_and_still_end_in_a_value_or_an_error() {
    let mut numbers = Numbers(2);
    for codec in codecs() {
        let mut kept: Vec<Vec<u8>> = vec![header(codec, &mut numbers)];
        for _ in 0..2_000 {
            let place = numbers.below(kept.len());
            let mut raw = kept[place].clone();
            for _ in 0..=numbers.below(3) {
                change(&mut raw, &mut numbers);
            }
            if let Some(value) = survive(codec, &raw)
                && kept.len() < 100
            {
                kept.push(value.to_vec());
            }
        }
    }
}

/// Where to begin: an array of one element that is NULL, or eight bytes.
fn header(codec: Codec, numbers: &mut Numbers) -> Vec<u8> {
    match codec {
        Codec::Array(&Codec::TextForm(_)) => b"{NULL,\"a\"}".to_vec(),
        Codec::Array(element) => {
            let ints = [1, 1, element.oid(), 1, 1, u32::MAX];
            ints.into_iter().flat_map(u32::to_be_bytes).collect()
        }
        _ => numbers.bytes(8),
    }
}

fn change(raw: &mut Vec<u8>, numbers: &mut Numbers) {
    let place = numbers.below(raw.len() + 1);
    match numbers.next() % 4 {
        0 => raw.truncate(place),
        1 => raw.insert(place, numbers.byte()),
        2 => {
            let length = numbers.below(20);
            let more = numbers.bytes(length);
            raw.splice(place..place, more);
        }
        _ => {
            if let Some(byte) = raw.get_mut(place) {
                *byte = numbers.byte();
            }
        }
    }
}

#[test]
fn large_values_that_announce_more_are_refused_quickly() {
    let mut numbers = Numbers(3);
    for codec in codecs() {
        for fill in [0, 1, b'{', b'"', 0x7f, 0xff] {
            survive(codec, &vec![fill; 100_000]);
            let mut raw = vec![fill; 20_000];
            for _ in 0..20 {
                let place = numbers.below(32);
                raw[place] = numbers.byte();
                survive(codec, &raw);
            }
        }
    }
}
