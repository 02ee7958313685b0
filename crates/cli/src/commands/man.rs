//! `palisade man`: manual pages.

use std::fs;

use crate::{
    Exit,
    args::ManArguments,
    output::{self, Failure},
};

pub(crate) fn run(arguments: &ManArguments) -> Result<Exit, Failure> {
    let Some(folder) = &arguments.folder else {
        output::print(&page(&crate::command())?)?;
        return Ok(Exit::Clean);
    };
    fs::create_dir_all(folder)
        .map_err(|error| Failure::tool(format!("cannot make the folder `{}`: {error}", folder.display())))?;
    let root = crate::command();
    output::write_file(&folder.join("palisade.1"), &page(&root)?)?;
    for verb in root.get_subcommands() {
        let name = format!("palisade-{}", verb.get_name());
        output::write_file(&folder.join(format!("{name}.1")), &page(&verb.clone().display_name(name.clone()))?)?;
    }
    Ok(Exit::Clean)
}

fn page(command: &clap::Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| Failure::tool(format!("the manual page cannot be made: {error}")))?;
    Ok(page)
}
