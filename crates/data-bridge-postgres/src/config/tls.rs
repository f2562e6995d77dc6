//! TLS, as the `ssl*` keywords ask for it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::{ClientConfig, SupportedProtocolVersion, version};

use super::environment::below_home;
use super::host::{Address, Host};
use super::parameters::Parameters;
use crate::error::Error;
use crate::tls::{Insistence, Tls, Verifier};

/// The modes of libpq, from the weakest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

const MODES: [(&str, Mode); 6] = [
    ("disable", Mode::Disable),
    ("allow", Mode::Allow),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

/// What TLS is done by; `None` when there is none to do.
pub(super) fn tls(given: &Parameters, hosts: &[Host]) -> Result<Option<Tls>, Error> {
    let system = given.get("sslrootcert") == Some("system");
    let default = match given.get("requiressl") {
        Some("1") => Mode::Require,
        _ if system => Mode::VerifyFull,
        _ => Mode::Prefer,
    };
    let mode = given.choice("sslmode", default, &MODES)?;
    let direct = given.choice(
        "sslnegotiation",
        false,
        &[("postgres", false), ("direct", true)],
    )?;
    if direct && mode < Mode::Require {
        return Err(Error::Config(
            "sslnegotiation=direct needs sslmode=require, verify-ca or verify-full".to_owned(),
        ));
    }
    if system && mode != Mode::VerifyFull {
        return Err(Error::Config(
            "sslrootcert=system needs sslmode=verify-full: anybody can have a certificate of \
             a public authority"
                .to_owned(),
        ));
    }
    if given.get("sslpassword").is_some() {
        return Err(Error::Config(
            "sslpassword is not supported: take the passphrase off a copy of the key, by \
             openssl pkey -in KEY -out COPY, and keep it under chmod 600"
                .to_owned(),
        ));
    }
    let by_tcp = |host: &Host| matches!(host.address, Address::Tcp(..));
    if mode == Mode::Disable || !hosts.iter().any(by_tcp) {
        return Ok(None);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verifier(given, mode, &provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(given)?)
        .map_err(|e| Error::Config(format!("TLS cannot be set up: {e}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut client = match identity(given)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|e| {
            Error::Config(format!("sslcert and sslkey cannot be used together: {e}"))
        })?,
        None => builder.with_no_client_auth(),
    };
    client.alpn_protocols = vec![b"postgresql".to_vec()];
    client.enable_sni = given.choice("sslsni", true, &[("0", false), ("1", true)])?;
    // The server gives no tickets.
    client.resumption = rustls::client::Resumption::disabled();
    Ok(Some(Tls {
        insistence: match mode {
            Mode::Disable | Mode::Allow => Insistence::Allow,
            Mode::Prefer => Insistence::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => Insistence::Require,
        },
        direct,
        names_matter: mode == Mode::VerifyFull,
        client: Arc::new(client),
    }))
}

fn verifier(
    given: &Parameters,
    mode: Mode,
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<Verifier, Error> {
    let full = mode == Mode::VerifyFull;
    if given.get("sslrootcert") == Some("system") {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err(Error::Config(
                "sslrootcert=system: no certificates of authorities were found on this machine \
                 (SSL_CERT_FILE can name them)"
                    .to_owned(),
            ));
        }
        return Verifier::new(found.certs, Vec::new(), full, provider);
    }
    // As in libpq, an authority's certificate that is there is used, whatever the mode.
    let Some(path) = file(given, "sslrootcert", ".postgresql/root.crt")? else {
        if mode >= Mode::VerifyCa {
            return Err(Error::Config(
                "sslmode=verify-ca and verify-full need the certificate of an authority: pass \
                 sslrootcert=FILE, or sslrootcert=system, or have ~/.postgresql/root.crt"
                    .to_owned(),
            ));
        }
        return Ok(Verifier::trusting_all(provider));
    };
    let roots = certificates(&path, "sslrootcert")?;
    let revoked = match file(given, "sslcrl", ".postgresql/root.crl")? {
        Some(path) => CertificateRevocationListDer::pem_file_iter(&path)
            .and_then(Iterator::collect)
            .map_err(|e| unreadable("sslcrl", &path, &e))?,
        None => Vec::new(),
    };
    Verifier::new(roots, revoked, full, provider)
        .map_err(|e| Error::Config(format!("sslrootcert {}: {e}", path.display())))
}

fn versions(given: &Parameters) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
    const NAMES: [(&str, u8); 4] = [("TLSv1", 0), ("TLSv1.1", 1), ("TLSv1.2", 2), ("TLSv1.3", 3)];
    let lowest = given.choice("ssl_min_protocol_version", 2, &NAMES)?;
    let highest = given.choice("ssl_max_protocol_version", 3, &NAMES)?;
    let all = [(2, &version::TLS12), (3, &version::TLS13)];
    let allowed = all
        .into_iter()
        .filter(|(n, _)| (lowest..=highest).contains(n));
    let allowed: Vec<_> = allowed.map(|(_, version)| version).collect();
    if allowed.is_empty() {
        return Err(Error::Config(
            "ssl_min_protocol_version and ssl_max_protocol_version leave neither TLSv1.2 nor \
             TLSv1.3"
                .to_owned(),
        ));
    }
    Ok(allowed)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The certificate, and the key to it, that the client shows.
fn identity(given: &Parameters) -> Result<Option<Identity>, Error> {
    if !given.choice("sslcertmode", true, &[("disable", false), ("allow", true)])? {
        return Ok(None);
    }
    let Some(path) = file(given, "sslcert", ".postgresql/postgresql.crt")? else {
        return Ok(None);
    };
    let chain = certificates(&path, "sslcert")?;
    let Some(path) = file(given, "sslkey", ".postgresql/postgresql.key")? else {
        return Err(Error::Config(
            "sslcert needs its key: pass sslkey=FILE, or have ~/.postgresql/postgresql.key"
                .to_owned(),
        ));
    };
    Ok(Some((chain, key(&path)?)))
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let shown = path.display();
    let about = fs::metadata(path).map_err(|e| unreadable("sslkey", path, &e))?;
    // As in libpq: the key of a service may be root's, and readable by a group.
    let open = if about.uid() == 0 { 0o037 } else { 0o077 };
    if about.permissions().mode() & open != 0 {
        return Err(Error::Config(format!(
            "sslkey {shown}: others than its owner have access to the key (chmod 600 {shown})"
        )));
    }
    let text = fs::read(path).map_err(|e| unreadable("sslkey", path, &e))?;
    let encrypted = [
        &b"BEGIN ENCRYPTED PRIVATE KEY"[..],
        b"Proc-Type: 4,ENCRYPTED",
    ];
    if encrypted
        .iter()
        .any(|mark| text.windows(mark.len()).any(|part| part == *mark))
    {
        return Err(Error::Config(format!(
            "sslkey {shown} has a passphrase, which is not supported: take it off a copy, by \
             openssl pkey -in {shown} -out COPY, and keep that under chmod 600"
        )));
    }
    PrivateKeyDer::from_pem_slice(&text)
        .map_err(|_| Error::Config(format!("sslkey {shown} holds no private key in PEM")))
}

fn certificates(path: &Path, keyword: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|e| unreadable(keyword, path, &e))?;
    if found.is_empty() {
        let shown = path.display();
        return Err(Error::Config(format!(
            "{keyword} {shown} holds no certificate in PEM"
        )));
    }
    Ok(found)
}

/// The file that a keyword names, or the one below the home directory, if it is there.
fn file(given: &Parameters, keyword: &str, default: &str) -> Result<Option<PathBuf>, Error> {
    match given.get(keyword) {
        Some(path) => match fs::metadata(path) {
            Ok(_) => Ok(Some(PathBuf::from(path))),
            Err(error) => Err(unreadable(keyword, Path::new(path), &error)),
        },
        None => Ok(below_home(default).filter(|path| path.exists())),
    }
}

fn unreadable(keyword: &str, path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Config(format!(
        "{keyword} {} cannot be read: {error}",
        path.display()
    ))
}
