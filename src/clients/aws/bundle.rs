//! The way to AWS where a file says whose certificates to trust.
use std::fs;

use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, runtime_components::RuntimeComponents};

use crate::error::{Error, Result};

/// A client that trusts the certificates of this file too. The SDK does not look at `AWS_CA_BUNDLE` by itself.
pub(super) fn trusting(path: &str) -> Result<SharedHttpClient> {
    let wrong = |why: String| Error::usage(format!("AWS_CA_BUNDLE={path} cannot be used"), why);
    let bundle = fs::read(path).map_err(|e| wrong(e.to_string()))?;
    if !String::from_utf8_lossy(&bundle).contains("-----BEGIN CERTIFICATE-----") {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    let context = TlsContext::builder().with_trust_store(TrustStore::default().with_pem_certificate(bundle));
    let context = context.build().map_err(|e| wrong(e.to_string()))?;
    // the builder's own `build_https` would forget the proxy, which is where bundles of one's own come from
    Ok(aws_smithy_http_client::Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        let connector = connector.proxy_config(ProxyConfig::from_env());
        connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).tls_context(context.clone()).build()
    }))
}
