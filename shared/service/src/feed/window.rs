//! The latest changes of a mission in memory, as they go over the wire.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::{
    frame,
    log::{Head, Kept},
};

/// What is sent at once, where one change is not larger.
const PIECE: usize = 64 * 1024;

/// The latest changes of a mission, a run without a gap up to the last that is known.
#[derive(Debug)]
pub struct Window {
    /// Where the feed stands; the window's last change is at its last position.
    pub head: Head,
    /// The position before the window's first change.
    start: i64,
    segments: VecDeque<Segment>,
    bytes: usize,
}

/// Changes one after the other. Watchers share its bytes.
#[derive(Debug)]
struct Segment {
    /// The position before its first change.
    start: i64,
    /// Where each of its changes ends.
    ends: Vec<usize>,
    /// Its changes, and in a window's last segment the bookmark of whoever has them all.
    frames: Bytes,
}

/// What a watcher at a position finds.
#[derive(Debug, PartialEq, Eq)]
pub enum Look {
    /// The next changes, and the position of the last of them.
    Piece(Bytes, i64),
    /// The same up to the window's end, with the bookmark that follows.
    Last(Bytes, i64),
    /// There is nothing new.
    Edge,
    /// The next changes are not here any more.
    Before,
}

impl Window {
    /// An empty window at the end of a feed.
    pub fn at(head: Head) -> Self {
        let start = head.last_position;
        Self { head, start, segments: VecDeque::new(), bytes: 0 }
    }

    /// How much memory its changes take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Appends the changes that follow; the head is then at the last of them.
    pub fn append(&mut self, head: Head, changes: &[Kept]) {
        if let Some(last) = self.segments.back_mut() {
            last.frames.truncate(last.len());
        }
        let coming: usize = changes.iter().map(|change| change.payload.len()).sum();
        let mut first = 0;
        while first < changes.len() {
            let mut segment = match self.segments.pop_back() {
                // Changes of one batch share a segment where they fit: each segment is one send per watcher.
                Some(tail) if tail.frames.len() + coming < PIECE => tail,
                full => {
                    self.segments.extend(full);
                    Segment::empty_at(changes[first].position - 1)
                }
            };
            // Watchers hold slices of the old bytes, so new frames are appended to a copy.
            let mut frames = BytesMut::from(segment.frames.as_ref());
            while first < changes.len() && frames.len() < PIECE {
                frame::change(&mut frames, head.epoch, &changes[first]);
                segment.ends.push(frames.len());
                first += 1;
            }
            if first == changes.len() {
                frames.extend_from_slice(&frame::bookmark(&head, head.last_position));
            }
            segment.frames = frames.freeze();
            self.segments.push_back(segment);
        }
        self.bytes = self.segments.iter().map(|segment| segment.frames.len()).sum();
        self.head = head;
    }

    /// Moves to another head. Its changes are kept only where the head is the same position of the
    /// same epoch.
    pub fn move_to(&mut self, head: Head) {
        if head.epoch == self.head.epoch && head.last_position == self.head.last_position {
            self.head = head;
        } else {
            *self = Self::at(head);
        }
    }

    /// Drops its oldest segment; false where there is none.
    pub fn shrink(&mut self) -> bool {
        let Some(oldest) = self.segments.pop_front() else { return false };
        self.bytes -= oldest.frames.len();
        self.start = oldest.end();
        true
    }

    /// What comes after a position, for a reader that knows of changes up to `head`: without those
    /// it does not have everything.
    pub fn after(&self, position: i64, head: i64) -> Look {
        if self.head.last_position <= position {
            return Look::Edge;
        }
        if position < self.start {
            return Look::Before;
        }
        let index = self.segments.partition_point(|segment| segment.end() <= position);
        let Some(segment) = self.segments.get(index) else { return Look::Before };
        let (from, end) = (segment.start_after(position), segment.end());
        if end == self.head.last_position && head <= end {
            Look::Last(segment.frames.slice(from..), end)
        } else {
            Look::Piece(segment.frames.slice(from..segment.len()), end)
        }
    }
}

impl Segment {
    fn empty_at(start: i64) -> Self {
        Self { start, ends: Vec::new(), frames: Bytes::new() }
    }

    fn end(&self) -> i64 {
        self.start + i64::try_from(self.ends.len()).unwrap_or(i64::MAX)
    }

    /// Where its changes end.
    fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Where the change after a position begins.
    fn start_after(&self, position: i64) -> usize {
        let before = usize::try_from(position - self.start).unwrap_or(0);
        before.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use muster_values::name::MissionId;

    fn head(last_position: i64) -> Head {
        let mission = MissionId::trusted("m");
        Head { mission, epoch: Uuid::nil(), last_position, floor_position: 0 }
    }

    fn kept(positions: std::ops::RangeInclusive<i64>, bytes: usize) -> Vec<Kept> {
        positions
            .map(|position| Kept { position, payload: vec![0; bytes], hash: Vec::new() })
            .collect()
    }

    #[test]
    fn every_position_finds_exactly_what_comes_after_it() {
        let mut window = Window::at(head(10));
        for last in 11..=300 {
            window.append(head(last), &kept(last..=last, 1000));
        }
        let (mut alone, mut sizes) = (BytesMut::new(), Vec::new());
        for change in kept(11..=300, 1000) {
            frame::change(&mut alone, Uuid::nil(), &change);
            sizes.push(alone.len());
        }
        alone.extend_from_slice(&frame::bookmark(&head(300), 300));
        for start in 10..300 {
            let (mut position, mut read) = (start, BytesMut::new());
            let last = loop {
                match window.after(position, 300) {
                    Look::Piece(piece, last) => {
                        assert!(piece.len() <= PIECE + 1100);
                        read.extend_from_slice(&piece);
                        position = last;
                    }
                    Look::Last(piece, last) => {
                        read.extend_from_slice(&piece);
                        break last;
                    }
                    nothing => panic!("{nothing:?} after {position}"),
                }
            };
            let skipped = usize::try_from(start - 10).unwrap();
            let from = skipped.checked_sub(1).map_or(0, |last| sizes[last]);
            assert_eq!((last, &read[..]), (300, &alone[from..]));
        }
        assert_eq!(window.after(300, 300), Look::Edge);
        assert_eq!(window.after(9, 300), Look::Before);
    }

    #[test]
    fn a_reader_that_knows_of_more_gets_no_bookmark() {
        let mut window = Window::at(head(0));
        window.append(head(2), &kept(1..=2, 10));
        let Look::Last(marked, 2) = window.after(0, 2) else { panic!("no bookmark") };
        let Look::Piece(plain, 2) = window.after(0, 3) else { panic!("a bookmark too early") };
        assert_eq!(marked[plain.len()..], frame::bookmark(&head(2), 2));
    }

    #[test]
    fn what_is_let_go_of_is_not_found_any_more() {
        let mut window = Window::at(head(0));
        window.append(head(100), &kept(1..=100, 1000));
        let before = window.bytes();
        assert!(window.shrink());
        assert!(window.bytes() < before);
        assert_eq!(window.after(0, 100), Look::Before);
        while window.shrink() {}
        assert_eq!(
            (window.bytes(), window.after(99, 100), window.after(100, 100)),
            (0, Look::Before, Look::Edge)
        );
    }
}
