//! The certificate authorities (CAs) that are trusted: those of `--cacert`, and the system's.

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// The variable that names a file of CAs to trust instead of the system's.
const SSL_CERT_FILE: &str = "SSL_CERT_FILE";

/// Whether this platform's verifier reads [`SSL_CERT_FILE`].
const READS_SSL_CERT_FILE: bool =
    cfg!(all(unix, not(any(target_vendor = "apple", target_os = "android"))));

/// The certificates in the PEM file at `path`. As for curl, it may begin with a byte order mark and
/// have labels that only OpenSSL writes.
///
/// # Errors
/// The file can't be read, or has no certificate, or one that is malformed.
pub fn read_certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let file = path.display();
    let text = fs::read(path).with_context(|| format!("cannot read the CAs in {file}"))?;
    let invalid = || format!("cannot parse the CAs in {file}");
    let pem = String::from_utf8_lossy(&text)
        .trim_start_matches('\u{feff}')
        .replace(" TRUSTED CERTIFICATE-----", " CERTIFICATE-----")
        .replace(" X509 CERTIFICATE-----", " CERTIFICATE-----");
    let mut certificates = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let der = first_element(&der.with_context(invalid)?).to_vec();
        RootCertStore::empty().add(der.clone().into()).with_context(invalid)?;
        certificates.push(der.into());
    }
    if certificates.is_empty() {
        bail!("no certificate in {file}; expected a PEM file with at least one");
    }
    Ok(certificates)
}

/// The first element in `der` (X.690 §8.1). In a trusted certificate, OpenSSL appends a second one
/// with trust settings. The length of a certificate is assumed to take two bytes.
fn first_element(der: &[u8]) -> &[u8] {
    let [_, 0x82, high, low, ..] = der else { return der };
    der.get(..4 + usize::from(u16::from_be_bytes([*high, *low]))).unwrap_or(der)
}

/// Checks that the file that `SSL_CERT_FILE` names can be read, where the platform reads that
/// variable.
///
/// # Errors
/// The file can't be read. The system's verifier may then trust other CAs instead.
pub(super) fn check_ssl_cert_file() -> anyhow::Result<()> {
    let Some(file) = env::var_os(SSL_CERT_FILE).filter(|_| READS_SSL_CERT_FILE) else {
        return Ok(());
    };
    // A folder can be opened, but not read. Nothing is read, because the file may be a pipe.
    File::open(&file).and_then(|mut file| file.read(&mut [])).map(drop).with_context(|| {
        format!(
            "cannot read the CAs in {}, which {SSL_CERT_FILE} names",
            Path::new(&file).display()
        )
    })
}

/// A configuration that trusts the system's CAs, which it reads, and `more`.
///
/// # Errors
/// There are no trusted CAs, or `SSL_CERT_FILE` can't be read.
pub(super) fn tls_config(more: &[CertificateDer<'static>]) -> anyhow::Result<ClientConfig> {
    check_ssl_cert_file()?;
    let provider = Arc::new(default_provider());
    let verifier = Verifier::new_with_extra_roots(more.iter().cloned(), provider);
    let verifier = verifier.map_err(|error| match error {
        rustls::Error::General(reason) if reason.contains("No CA certificates") => {
            anyhow!("no trusted CAs found; name some with --cacert")
        }
        other => anyhow!("cannot set up TLS: {other}"),
    })?;
    let config = ClientConfig::builder().dangerous();
    Ok(config.with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> anyhow::Result<usize> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), content).unwrap();
        read_certificates(file.path()).map(|certificates| certificates.len())
    }

    fn pem() -> String {
        rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn a_byte_order_mark_and_text_in_any_encoding_are_skipped() {
        let content = [b"\xef\xbb\xbf".as_slice(), pem().as_bytes(), b"caf\xe9\n"].concat();
        assert_eq!(read(&content).unwrap(), 1);
        assert_eq!(read(&[content, pem().into_bytes()].concat()).unwrap(), 2);
    }

    #[test]
    fn the_label_of_a_certificate_may_be_one_that_openssl_writes() {
        for label in [" X509 CERTIFICATE", " TRUSTED CERTIFICATE"] {
            assert_eq!(read(pem().replace(" CERTIFICATE", label).as_bytes()).unwrap(), 1);
        }
    }

    #[test]
    fn what_openssl_puts_behind_a_trusted_certificate_is_cut_off() {
        assert_eq!(first_element(b"\x30\x82\x00\x01c\x30\x00"), b"\x30\x82\x00\x01c");
        for malformed in [&b""[..], b"\x30", b"\x30\x82\xff\xffc", b"\x30\x03abc"] {
            assert_eq!(first_element(malformed), malformed);
        }
    }

    #[test]
    fn a_file_without_certificates_or_with_a_malformed_one_is_refused() {
        assert!(read(b"").unwrap_err().to_string().starts_with("no certificate in "));
        let malformed = pem().replace('M', "");
        let error = read(malformed.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("cannot parse the CAs in "), "{error}");
    }

    #[test]
    fn a_failure_to_set_up_tls_is_not_called_a_lack_of_cas() {
        let error = tls_config(&[b"no certificate".to_vec().into()]).unwrap_err().to_string();
        assert!(error.starts_with("cannot set up TLS: "), "{error}");
    }
}
