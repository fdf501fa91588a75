//! The token that shows who calls.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::HeaderValue;
use tokio::{sync::Mutex, time::Instant};
use tonic::Status;

/// How long a token that was read from a file is shown before the file is read again.
const FRESH: Duration = Duration::from_secs(1);

/// Where the token comes from that shows who calls.
#[derive(Clone, Default)]
pub struct Token(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    None,
    Text(Arc<str>),
    File(Arc<Path>, Arc<Mutex<Option<(HeaderValue, Instant)>>>),
}

impl Token {
    /// No token: for services that ask for none.
    pub fn none() -> Self {
        Self::default()
    }

    /// Always this one.
    pub fn text(token: impl Into<Arc<str>>) -> Self {
        Self(Source::Text(token.into()))
    }

    /// The one in a file, which is read again and again: it may be renewed.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(Arc::from(path.into()), Arc::default()))
    }

    /// The value of `authorization` now.
    pub(crate) async fn header(&self) -> Result<Option<HeaderValue>, Status> {
        match &self.0 {
            Source::None => Ok(None),
            Source::Text(token) => bearer(token).map(Some),
            Source::File(path, known) => {
                let mut known = known.lock().await;
                if let Some((header, read)) = &*known
                    && read.elapsed() < FRESH
                {
                    return Ok(Some(header.clone()));
                }
                let token = tokio::fs::read_to_string(path).await.map_err(|error| {
                    let path = path.display();
                    Status::unauthenticated(format!("the token in {path} cannot be read: {error}"))
                })?;
                let header = bearer(&token)?;
                *known = Some((header.clone(), Instant::now()));
                Ok(Some(header))
            }
        }
    }
}

/// A token is a secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::None => f.write_str("Token(none)"),
            Source::Text(_) => f.write_str("Token(text)"),
            Source::File(path, _) => write!(f, "Token({})", path.display()),
        }
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Status> {
    let mut header = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| Status::unauthenticated("the token does not fit into a header"))?;
    header.set_sensitive(true);
    Ok(header)
}
