//! The key that makes tokens, its public half for the services, and the first tokens.

use std::{
    fs::{self, DirBuilder, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use muster_service::{
    Clock,
    identity::{Grant, Issuer, Role},
};

/// How long a token is good.
const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// Each role that people have in a whole mission, with the name of the file that its token is kept
/// in. A contributor speaks for one partner, so each partner has a token of its own.
pub const OF_PEOPLE: [(Role, &str); 6] = [
    (Role::Staff, "staff"),
    (Role::HostForce, "host-force"),
    (Role::Monitor, "monitor"),
    (Role::Analyst, "analyst"),
    (Role::Editor, "editor"),
    (Role::Auditor, "auditor"),
];

/// What the operator may do: everything but speak as a service.
const OPERATOR: [Role; 7] = [
    Role::Staff,
    Role::Contributor,
    Role::HostForce,
    Role::Monitor,
    Role::Analyst,
    Role::Editor,
    Role::Auditor,
];

/// A contributor: someone who speaks for one partner in one mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    /// The ids of both.
    pub mission: String,
    pub partner: String,
}

impl Contributor {
    /// Its subject, and the name of the file that its token is kept in.
    pub fn name(&self) -> String {
        format!("contributor-{}", self.partner)
    }

    pub fn grant(&self) -> Grant {
        let Self { mission, partner } = self.clone();
        Grant { role: Role::Contributor, mission, partner: Some(partner) }
    }
}

/// A folder with a key and tokens.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    folder: PathBuf,
    contributors: Vec<Contributor>,
}

impl KeyFiles {
    /// Makes the key where there is none, and new tokens in any case.
    pub fn make(
        folder: &Path,
        clock: &Clock,
        contributors: Vec<Contributor>,
    ) -> anyhow::Result<Self> {
        let files = Self { folder: folder.to_owned(), contributors };
        files.renew(clock)?;
        Ok(files)
    }

    /// Makes new tokens.
    pub fn renew(&self, clock: &Clock) -> anyhow::Result<()> {
        make_folder(&self.folder)?;
        make_folder(&self.folder.join("tokens"))?;
        let issuer = self.issuer()?;
        write(&self.public_keys(), issuer.public_keys()?.as_bytes(), 0o644, true)?;
        let sign = |subject: &str, grants| issuer.token(subject, grants, clock.now(), LIFETIME);
        let token = |subject, roles: &[Role]| {
            sign(subject, roles.iter().map(|role| Grant::everywhere(*role)).collect())
        };
        let operator = token("operator", &OPERATOR)?;
        write(&self.operator_token(), operator.as_bytes(), 0o600, true)?;
        let reporting = token("reporting", &[Role::Service])?;
        write(&self.reporting_token(), reporting.as_bytes(), 0o600, true)?;
        for (role, name) in OF_PEOPLE {
            write(&self.role_token(name), token(name, &[role])?.as_bytes(), 0o600, true)?;
        }
        for contributor in &self.contributors {
            let name = contributor.name();
            let token = sign(&name, vec![contributor.grant()])?;
            write(&self.role_token(&name), token.as_bytes(), 0o600, true)?;
        }
        Ok(())
    }

    /// Those who have a token for a partner of their own.
    pub fn contributors(&self) -> &[Contributor] {
        &self.contributors
    }

    /// For `MUSTER_JWKS_FILE` of both services.
    pub fn public_keys(&self) -> PathBuf {
        self.folder.join("jwks.json")
    }

    /// For whoever runs the mission.
    pub fn operator_token(&self) -> PathBuf {
        self.folder.join("tokens/operator.token")
    }

    /// For those who have one role alone: in every mission, or for one partner.
    pub fn role_token(&self, role: &str) -> PathBuf {
        self.folder.join(format!("tokens/{role}.token"))
    }

    /// For the reporting service, which follows the other's feed with it.
    pub fn reporting_token(&self) -> PathBuf {
        self.folder.join("tokens/reporting.token")
    }

    fn issuer(&self) -> anyhow::Result<Issuer> {
        let file = self.folder.join("private-key.der");
        if !file.exists() {
            write(&file, &Issuer::generate()?, 0o600, false)?;
        }
        let key = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Issuer::new(&key).with_context(|| format!("{} is no key", file.display()))
    }
}

/// Makes a folder that only its owner can enter, unless it is there.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// Writes a whole file or none; a file that is there stays unless it may be replaced.
fn write(file: &Path, content: &[u8], mode: u32, replace: bool) -> anyhow::Result<()> {
    let whole = || -> io::Result<()> {
        let mut unfinished = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(file))?;
        unfinished.as_file().set_permissions(Permissions::from_mode(mode))?;
        unfinished.write_all(content)?;
        unfinished.as_file().sync_all()?;
        if replace {
            unfinished.persist(file)?;
        } else if let Err(error) = unfinished.persist_noclobber(file)
            && error.error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(error.error);
        }
        Ok(())
    };
    whole().with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use muster_service::identity::Keys;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_its_tokens_are_good() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("keys");
        let first = KeyFiles::make(&folder, &Clock::System, Vec::new()).unwrap();
        let key = fs::read(folder.join("private-key.der")).unwrap();
        let old = fs::read_to_string(first.operator_token()).unwrap();
        let contributor = Contributor { mission: "haiti".into(), partner: "ken".into() };
        let contributors = vec![contributor.clone()];
        let second = KeyFiles::make(&folder, &Clock::System, contributors).unwrap();
        assert_eq!(fs::read(folder.join("private-key.der")).unwrap(), key);

        let keys = Keys::read(&second.public_keys()).unwrap();
        assert!(keys.verify(&old).is_some());
        let reporting = fs::read_to_string(second.reporting_token()).unwrap();
        let principal = keys.verify(&reporting).unwrap();
        assert_eq!(*principal.grants, [Grant::everywhere(Role::Service)]);
        for (role, name) in OF_PEOPLE {
            let token = fs::read_to_string(second.role_token(name)).unwrap();
            assert_eq!(*keys.verify(&token).unwrap().grants, [Grant::everywhere(role)]);
        }
        let token = fs::read_to_string(second.role_token("contributor-ken")).unwrap();
        assert_eq!(*keys.verify(&token).unwrap().grants, [contributor.grant()]);
    }

    #[test]
    fn only_the_owner_can_read_key_and_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let files = KeyFiles::make(folder.path(), &Clock::System, Vec::new()).unwrap();
        let key = folder.path().join("private-key.der");
        for file in [key, files.operator_token(), files.reporting_token()] {
            assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600, "{}", file.display());
        }
    }
}
