//! What can be asked of the program.

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    access::Access,
    commands::{
        keys::Keys, load::Load, report::Report, situation::Situation, strength::Strength, up::Up,
        watch::Watch,
    },
};

/// Coordinates the deployment of a multinational security support mission, and reports on what it
/// changes.
#[derive(Debug, Parser)]
#[command(name = "muster", version, max_term_width = 100)]
pub struct Program {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    access: Access,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a database and both services, load a mission, and print its situation report
    Up(Up),
    /// Load a scenario file; what was loaded before is left as it is
    Load(Load),
    /// Show how many people a mission has, and who says otherwise
    Strength(Strength),
    /// Show what is known of an area over a period, with the records behind each number
    Situation(Situation),
    /// Show a situation report, the newest one unless it is named
    Report(Report),
    /// Show changes as they are committed; goes on after any break
    Watch(Watch),
    /// Make the key for the services, unless it is there, and tokens that are good for 30 days
    Keys(Keys),
    /// Print the completions for a shell
    Completions {
        /// The shell that is to complete
        shell: Shell,
    },
}

impl Program {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { command, access } = self;
        match command {
            Command::Up(up) => Box::pin(up.run(&access)).await,
            Command::Load(load) => load.run(&access).await,
            Command::Strength(strength) => strength.run(&access).await,
            Command::Situation(situation) => situation.run(&access).await,
            Command::Report(report) => report.run(&access).await,
            Command::Watch(watch) => watch.run(&access).await,
            Command::Keys(keys) => keys.run(),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "muster", &mut script);
                crate::terminal::print(&String::from_utf8_lossy(&script))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Program::command().debug_assert();
    }
}
