//! Where files are kept unless someone says otherwise.

use std::{
    env,
    path::{Path, PathBuf},
};

/// What decides where files go by default.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub root: bool,
    pub macos: bool,
    pub home: Option<PathBuf>,
    pub data_home: Option<PathBuf>,
    pub cache_home: Option<PathBuf>,
}

impl Surroundings {
    pub fn read() -> Self {
        let path = |name| env::var_os(name).map(PathBuf::from);
        Self {
            root: rustix::process::geteuid().is_root(),
            macos: cfg!(target_os = "macos"),
            home: path("HOME"),
            data_home: path("XDG_DATA_HOME"),
            cache_home: path("XDG_CACHE_HOME"),
        }
    }

    /// The folder of `muster up`.
    pub fn data_dir(&self) -> Option<PathBuf> {
        if self.root {
            // Open to the user as whom Postgres then runs, which root's home is not.
            return Some("/var/lib/muster".into());
        }
        let usual = if self.macos { "Library/Application Support" } else { ".local/share" };
        self.user_folder(self.data_home.as_deref(), usual)
    }

    /// The folder for what can be fetched again.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        if self.root {
            return Some("/var/cache/muster".into());
        }
        let usual = if self.macos { "Library/Caches" } else { ".cache" };
        self.user_folder(self.cache_home.as_deref(), usual)
    }

    fn user_folder(&self, chosen: Option<&Path>, usual: &str) -> Option<PathBuf> {
        // The XDG rules say that a relative path is to be ignored.
        let chosen = chosen.filter(|path| path.is_absolute()).map(Path::to_owned);
        let home = self.home.as_ref().filter(|home| home.is_absolute());
        chosen.or_else(|| Some(home?.join(usual))).map(|folder| folder.join("muster"))
    }
}

/// The folder in which `muster up` keeps everything.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Takes the folder that was asked for, or the usual one.
    pub fn choose(asked: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = match asked {
            Some(folder) => Some(std::path::absolute(folder)?),
            None => Surroundings::read().data_dir(),
        };
        folder.map(Self).ok_or_else(|| anyhow::anyhow!("there is no home folder; give --data-dir"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The key, its public half and the tokens.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// What the other commands read to find the services.
    pub fn client_file(&self) -> PathBuf {
        self.0.join("client.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> Surroundings {
        Surroundings { home: Some("/home/ann".into()), ..Surroundings::default() }
    }

    fn data_dir(surroundings: &Surroundings) -> String {
        surroundings.data_dir().unwrap().display().to_string()
    }

    #[test]
    fn each_kind_of_user_has_a_usual_folder() {
        assert_eq!(data_dir(&user()), "/home/ann/.local/share/muster");
        let macos = Surroundings { macos: true, ..user() };
        assert_eq!(data_dir(&macos), "/home/ann/Library/Application Support/muster");
        assert_eq!(data_dir(&Surroundings { root: true, ..user() }), "/var/lib/muster");
        assert!(Surroundings::default().data_dir().is_none());
    }

    #[test]
    fn a_folder_of_the_environment_counts_where_it_is_absolute() {
        let chosen = Surroundings { data_home: Some("/data".into()), ..user() };
        assert_eq!(data_dir(&chosen), "/data/muster");
        let relative = Surroundings { data_home: Some("data".into()), ..user() };
        assert_eq!(data_dir(&relative), "/home/ann/.local/share/muster");
        let cache = Surroundings { cache_home: Some("/cache".into()), ..user() };
        assert_eq!(cache.cache_dir().unwrap(), Path::new("/cache/muster"));
    }
}
