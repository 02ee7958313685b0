//! Judges a reply that comes as a stream: takes its bytes as they arrive, gives back those that may go on. What is held back
//! is only what may still become a part of something that is taken out; it comes out before its text ends.

use std::{collections::BTreeMap, sync::Arc};

use palisade_base::Origin;
use palisade_text::{Inspector, Judgement, Redactor, Stream, Verdict};

use crate::{
    frames::{Frame, Frames, Framing},
    judge::{Judge, Text},
    protocol::{BodyError, Channel, Closed, Edits, ErrorBody, Event, Kind, Protocol, Usage},
    restore::Restorer,
};

/// How much of a reply is held back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// What may still become a value that is taken out. A text that is to be blocked may have been passed on in part, up to
    /// the block of some thousand bytes in which that is seen.
    #[default]
    Values,
    /// Everything until the text is judged to its end: nothing of a blocked text is ever seen.
    All,
}

/// Limits and habits of a [`Relay`].
#[derive(Clone, Copy, Debug)]
pub struct RelayOptions {
    /// How much is held back.
    pub hold: Hold,
    /// The longest event, in bytes.
    pub event: usize,
    /// The most texts in one reply.
    pub texts: usize,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self { hold: Hold::default(), event: 8 << 20, texts: 4096 }
    }
}

/// Why a stream was broken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// By a verdict.
    Blocked,
    /// It cannot be judged.
    Unreadable(BodyError),
    /// It has too many texts.
    Texts,
    /// What was held back of a text could not be said, as nothing shows how.
    Unsaid,
}

/// What is said of a stream in the end.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Every text, in the order in which they ended.
    pub texts: Vec<Text>,
    /// Whether anything was taken out.
    pub edited: bool,
    /// Whether the stream came to its end, by its own account.
    pub complete: bool,
    /// Why it was broken off.
    pub broken: Option<Broken>,
    /// What it cost, where it says so.
    pub usage: Option<Usage>,
    /// How many things in it are no text and nobody has read.
    pub opaque: usize,
}

impl Outcome {
    /// The worst verdict of all texts.
    pub fn verdict(&self) -> Verdict {
        self.texts.iter().map(|text| text.verdict).max().unwrap_or(Verdict::Pass)
    }
}

/// One reply on its way.
#[derive(Debug)]
pub struct Relay {
    judge: Judge,
    protocol: Arc<dyn Protocol>,
    options: RelayOptions,
    frames: Frames,
    lanes: BTreeMap<Channel, Lane>,
    outcome: Outcome,
    call: String,
    ended: bool,
}

/// A text that has not ended.
#[derive(Debug)]
struct Lane {
    origin: Origin,
    kind: Kind,
    stream: Stream<Arc<Inspector>, Arc<Redactor>>,
    len: usize,
    /// Findings of which the verdict is known.
    looked: usize,
    /// What turns tokens back in it.
    restorer: Option<Restorer>,
    /// Text that is judged and not yet to be seen.
    held: String,
    /// An event that said something in this channel.
    example: Option<(Option<String>, Vec<u8>)>,
}

impl Relay {
    /// For the reply to the call of this number.
    pub fn new(judge: Judge, protocol: Arc<dyn Protocol>, framing: Framing, options: RelayOptions, call: &str) -> Self {
        let frames = Frames::new(framing, options.event);
        let (lanes, outcome) = (BTreeMap::new(), Outcome::default());
        Self { judge, protocol, options, frames, lanes, outcome, call: call.to_owned(), ended: false }
    }

    /// Takes the next bytes; returns those that may go on.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut out, mut frames) = (Vec::with_capacity(bytes.len()), Vec::new());
        if self.ended {
            return out;
        }
        let split = self.frames.push(bytes, &mut frames);
        let read = frames.into_iter().try_for_each(|frame| self.frame(frame, &mut out));
        if let Err(broken) = read.and(split.map_err(Broken::Unreadable)) {
            self.break_off(broken, &mut out);
        }
        out
    }

    /// Says that no more will come; returns what was held back.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.ended {
            return out;
        }
        let open: Vec<Channel> = self.lanes.keys().copied().collect();
        if let Err(broken) = open.into_iter().try_for_each(|channel| self.close(channel, &mut out)) {
            self.break_off(broken, &mut out);
        } else {
            self.frames.end(&mut out);
            self.ended = true;
        }
        out
    }

    /// Ends the stream with an error, because its reader or its writer is no longer wanted: the texts so far are judged.
    pub fn stop(&mut self, error: &ErrorBody<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.ended, true) {
            for message in self.protocol.break_off(error) {
                let frame =
                    Frame { name: message.name.map(ToOwned::to_owned), data: Some(message.data), ..Frame::default() };
                self.frames.write(&frame, &mut out);
            }
            self.frames.end(&mut out);
        }
        for (channel, lane) in std::mem::take(&mut self.lanes) {
            let (_, judgement) = lane.stream.finish();
            let verdict = self.judge.verdict(&judgement);
            self.outcome.texts.push(text(channel, lane.origin, lane.kind, lane.len, judgement, verdict));
        }
        out
    }

    /// Whether nothing more goes on, whatever comes.
    pub const fn is_ended(&self) -> bool {
        self.ended
    }

    /// How many bytes of text are held back.
    pub fn held(&self) -> usize {
        let restorer = |lane: &Lane| lane.restorer.as_ref().map_or(0, Restorer::held);
        self.lanes.values().map(|lane| lane.stream.held() + lane.held.len() + restorer(lane)).sum()
    }

    /// What is said of it; whole once the stream has ended.
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The same, for who needs no more of it.
    pub fn into_outcome(self) -> Outcome {
        self.outcome
    }

    fn frame(&mut self, mut frame: Frame, out: &mut Vec<u8>) -> Result<(), Broken> {
        let Some(data) = frame.data.take() else {
            self.frames.write(&frame, out);
            return Ok(());
        };
        let protocol = Arc::clone(&self.protocol);
        let event = protocol.event(frame.name.as_deref(), &data).map_err(Broken::Unreadable)?;
        let mut edits = Edits::default();
        let wholes = self.judge.texts(&event.wholes, &mut edits);
        let blocked = wholes.iter().any(|text| text.verdict == Verdict::Block);
        self.outcome.texts.extend(wholes);
        self.outcome.usage = event.usage.or(self.outcome.usage);
        self.outcome.opaque += event.opaque.len();
        self.outcome.edited |= !edits.is_empty();
        if blocked {
            return Err(Broken::Blocked);
        }
        self.added(&event, &mut edits, (frame.name.as_deref(), &data))?;
        // What ends without a word in this event is said before it.
        let ends = |channel: &Channel| event.last || event.closed.iter().any(|closed| closed.holds(*channel));
        let ended: Vec<Channel> = self.lanes.keys().copied().filter(ends).collect();
        ended.into_iter().try_for_each(|channel| self.close(channel, out))?;
        if !edits.is_empty() {
            event.echoes.iter().for_each(|echo| edits.replace_source(echo.clone(), "null".to_owned()));
        }
        self.outcome.complete |= event.last;
        frame.data = Some(if edits.is_empty() { data } else { edits.apply(&data) });
        self.frames.write(&frame, out);
        Ok(())
    }

    /// Sends what an event adds through the streams of its texts, and writes what comes out into its place.
    fn added(&mut self, event: &Event<'_>, edits: &mut Edits, example: (Option<&str>, &[u8])) -> Result<(), Broken> {
        for (at, piece) in event.pieces.iter().enumerate() {
            if !self.lanes.contains_key(&piece.channel) {
                if self.lanes.len() + self.outcome.texts.len() >= self.options.texts {
                    return Err(Broken::Texts);
                }
                let stream = Stream::new(self.judge.inspector(), piece.origin, self.judge.redactor());
                let (origin, kind, held) = (piece.origin, piece.kind, String::new());
                let restorer = self.judge.restorer(kind);
                let lane = Lane { origin, kind, stream, len: 0, looked: 0, restorer, held, example: None };
                self.lanes.insert(piece.channel, lane);
            }
            let Some(lane) = self.lanes.get_mut(&piece.channel) else { continue };
            lane.len += piece.text.len();
            let mut said = lane.stream.push(piece.text.as_bytes());
            let found = lane.stream.found();
            let news = found.get(lane.looked..).unwrap_or_default();
            if news.iter().any(|found| self.judge.verdict_of(found) == Verdict::Block) {
                return Err(Broken::Blocked);
            }
            lane.looked = found.len();
            if let Some(restorer) = &mut lane.restorer {
                said = restorer.push(&said);
            }
            if self.options.hold == Hold::All {
                lane.held.push_str(&std::mem::take(&mut said));
            }
            // An event that ends a text is no example for one that goes on.
            let (name, data) = example;
            if event.closed.is_empty() && !event.last && (lane.example.is_none() || data.len() <= EXAMPLE) {
                lane.example = Some((name.map(ToOwned::to_owned), data.to_vec()));
            }
            let ends = event.last || event.closed.iter().any(|closed| Closed::holds(*closed, piece.channel));
            let more = event.pieces.get(at + 1..).unwrap_or_default();
            if ends && more.iter().all(|later| later.channel != piece.channel) {
                said.push_str(&self.end(piece.channel)?);
            }
            if said != piece.text {
                piece.write(&said, edits);
            }
        }
        Ok(())
    }

    /// Ends a text; what was held back of it is said in an event of its own.
    fn close(&mut self, channel: Channel, out: &mut Vec<u8>) -> Result<(), Broken> {
        let example = self.lanes.get_mut(&channel).and_then(|lane| lane.example.take());
        let said = self.end(channel)?;
        if said.is_empty() {
            return Ok(());
        }
        let (name, data) = example.ok_or(Broken::Unsaid)?;
        let data = self.protocol.more(name.as_deref(), &data, channel, &said).ok_or(Broken::Unsaid)?;
        self.frames.write(&Frame { name, data: Some(data), ..Frame::default() }, out);
        Ok(())
    }

    /// Judges a text to its end; returns what was held back.
    fn end(&mut self, channel: Channel) -> Result<String, Broken> {
        let Some(lane) = self.lanes.remove(&channel) else { return Ok(String::new()) };
        let (mut rest, judgement) = lane.stream.finish();
        if let Some(mut restorer) = lane.restorer {
            rest = restorer.push(&rest) + &restorer.finish();
        }
        let verdict = self.judge.verdict(&judgement);
        self.outcome.edited |=
            self.judge.redactor().is_some() && judgement.findings.iter().any(|found| found.entity().is_some());
        self.outcome.texts.push(text(channel, lane.origin, lane.kind, lane.len, judgement, verdict));
        if verdict == Verdict::Block { Err(Broken::Blocked) } else { Ok(lane.held + &rest) }
    }

    fn break_off(&mut self, broken: Broken, out: &mut Vec<u8>) {
        let (code, message) = match &broken {
            Broken::Blocked => ("blocked-by-policy", "the reply was stopped by the policy of this gateway"),
            Broken::Unreadable(_) => ("unreadable-reply", "the reply cannot be judged and was stopped"),
            Broken::Texts => ("too-many-texts", "the reply has too many texts and was stopped"),
            Broken::Unsaid => ("unreadable-reply", "the reply cannot be passed on in full and was stopped"),
        };
        let status = if broken == Broken::Blocked { 403 } else { 502 };
        self.outcome.broken = Some(broken);
        let call = std::mem::take(&mut self.call);
        out.extend(self.stop(&ErrorBody { status, code, message, call: &call }));
    }
}

fn text(channel: Channel, origin: Origin, kind: Kind, len: usize, judgement: Judgement, verdict: Verdict) -> Text {
    Text { origin, kind, channel, len, places: Vec::new(), judgement, verdict }
}

/// Events up to this length, in bytes, are kept as the example of their channel.
const EXAMPLE: usize = 16 << 10;
