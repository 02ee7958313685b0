//! Opens RAR archives as far as that goes: members that are stored are opened, and of the others the names are judged.

use palisade_formats::{
    rar::{self, Archive, Member},
    sniff::{Format, sniff},
};

use super::{
    bomb, content,
    members::{self, Entry, Leads},
    name,
    part::{DEPTH, Part},
    shape_only,
    unpacked::HEAD,
};
use crate::Engine;

/// Opens a RAR archive.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    if part.depth >= DEPTH {
        bomb::too_deep(part, Format::Rar, engine);
        return true;
    }
    let archive = rar::read(part.bytes, MEMBERS).unwrap_or_default();
    part.enter(archive.members.len());
    let mut is_model = false;
    for member in archive.members.iter().filter(|member| member.stored) {
        if part.is_spent() {
            part.unscanned(engine, "it unpacks to more than the scan reads");
            break;
        }
        is_model |= open_member(part, member, engine);
    }
    let model_names = archive.members.iter().any(|member| name::is_model(&name::file_name(&member.name)));
    let named = name::is_model(&part.name) || !part.has_extension("rar");
    let closed = has_closed(&archive);
    if closed {
        part.unscanned(engine, "it is a RAR archive, whose packed members are not read");
    } else if !archive.ended {
        part.unscanned(engine, "it is a RAR archive that is cut, or has more members than the scan reads");
    }
    let entries = archive.members.iter().map(|member| Entry {
        name: &member.name,
        offset: member.header as u64,
        leads: member.link.as_deref().map_or(Leads::Nowhere, |target| Leads::From(target.into())),
    });
    let oddities = members::escapes(entries, is_model || model_names || named);
    if !oddities.is_empty() {
        shape_only(part, Format::Rar, false, oddities, engine);
    } else if !archive.members.is_empty() {
        engine.read();
    }
    is_model || named
}

fn open_member(part: &Part<'_>, member: &Member, engine: &mut Engine) -> bool {
    let bytes = part.bytes.get(member.data.clone()).unwrap_or_default();
    let own = name::file_name(&member.name);
    let format = sniff(bytes.get(..HEAD).unwrap_or(bytes));
    if bytes.is_empty() || format.is_none_or(|format| format == Format::Program) && !name::is_model(&own) {
        return false;
    }
    let artifact = part.entry(&member.name);
    let inner = Part {
        artifact: &artifact,
        name: own,
        bytes,
        depth: part.depth + 1,
        budget: part.budget,
        file: None,
        cut: false,
    };
    content(&inner, engine)
}

/// Whether there is something in it that cannot be read.
fn has_closed(archive: &Archive) -> bool {
    archive.members.iter().any(|member| !member.stored && !member.data.is_empty()) || archive.members.is_empty()
}

/// The most members that are looked at.
const MEMBERS: usize = 20_000;
