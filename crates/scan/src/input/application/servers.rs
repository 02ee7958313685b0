//! Servers of tools in a configuration file: what each is started with or reached at.

use std::ops::Range;

use palisade_formats::tree::{Node, Value};

use super::Tools;

/// One server of tools.
#[derive(Debug)]
pub(crate) struct Server<'a> {
    /// What the file calls it.
    pub(crate) name: &'a str,
    /// The whole entry.
    pub(crate) entry: Node<'a>,
    /// Where its name stands.
    pub(crate) named_at: Range<usize>,
}

impl Tools<'_> {
    /// Every server that the file declares.
    pub(crate) fn servers(&self) -> Vec<Server<'_>> {
        let mut servers = Vec::new();
        for (key, node) in self.document.root().walk() {
            let Some((key, collection)) = key.and_then(|key| Some((key, key.text()?))) else { continue };
            if !COLLECTIONS.contains(&collection) {
                continue;
            }
            for (name, entry) in node.entries().filter(|(_, entry)| looks_like_server(*entry)) {
                servers.push(Server { name: name.text().unwrap_or_default(), entry, named_at: name.inside() });
            }
            for entry in node.items().chain([node]).filter(|entry| looks_like_server(*entry)) {
                let name = entry.get("name").and_then(Node::string).unwrap_or(collection);
                servers.push(Server { name, entry, named_at: key.inside() });
            }
        }
        servers
    }
}

fn looks_like_server(entry: Node<'_>) -> bool {
    ["command", "url", "serverUrl", "httpUrl", "server_url"].iter().any(|key| entry.get(key).is_some())
}

impl<'a> Server<'a> {
    /// The words that start it, each with its place: the command, then its arguments.
    pub(crate) fn words(&self) -> Vec<(String, Range<usize>)> {
        let mut words = Vec::new();
        if let Some(command) = self.entry.get("command") {
            match command.value() {
                // Some clients nest: `command: {path: ..., args: [...]}`.
                Value::Mapping => {
                    if let Some(path) = command.get("path").or_else(|| command.get("command")) {
                        add(path, &mut words);
                    }
                    if let Some(args) = command.get("args") {
                        add(args, &mut words);
                    }
                }
                _ => add(command, &mut words),
            }
        }
        if let Some(args) = self.entry.get("args").or_else(|| self.entry.get("arguments")) {
            add(args, &mut words);
        }
        words
    }

    /// Where it is reached, if it is not started.
    pub(crate) fn url(&self) -> Option<Node<'a>> {
        ["url", "serverUrl", "httpUrl", "server_url"]
            .iter()
            .find_map(|key| self.entry.get(key))
            .filter(|url| url.string().is_some())
    }
}

/// The words of a command line in one string, or of a list with a word in each string.
fn add(node: Node<'_>, words: &mut Vec<(String, Range<usize>)>) {
    if let Some(line) = node.string() {
        words.extend(line.split_whitespace().map(|word| (word.to_owned(), node.inside())));
    }
    words.extend(node.items().filter_map(|item| Some((item.string()?.to_owned(), item.inside()))));
}

/// Keys under which clients keep servers.
const COLLECTIONS: &[&str] = &["mcpServers", "mcp_servers", "mcp-servers", "servers", "context_servers", "mcp"];
