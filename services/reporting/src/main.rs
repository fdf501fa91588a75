use std::process::ExitCode;

fn main() -> ExitCode {
    muster_service::run::main::<muster_reporting::Reporting>()
}
