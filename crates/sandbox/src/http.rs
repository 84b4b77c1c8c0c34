//! HTTP in the small: the control calls' server, and one client for the sandbox's own gateway.

use std::{convert::Infallible, rc::Rc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{
    control,
    error::{Error, Result},
    world::World,
};

/// The body of a control call: a document in base64 and some words.
const BODY_BYTES_MAX: usize = 160 << 20;

/// Serves control calls until the task is ended.
#[expect(clippy::infinite_loop, reason = "the task is ended from outside")]
pub(crate) async fn serve(world: Rc<World>, listener: TcpListener) {
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _address)) => socket,
            Err(error) => {
                tracing::warn!(%error, "a socket can't be accepted");
                tokio::task::yield_now().await;
                continue;
            }
        };
        let world = Rc::clone(&world);
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| answer(Rc::clone(&world), request));
            let served = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
            if let Err(error) = served.await {
                tracing::debug!(%error, "a control connection ended");
            }
        });
    }
}

async fn answer(
    world: Rc<World>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answered = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(whole) => {
            let path = head.uri.path().to_owned();
            let query = head.uri.query().unwrap_or_default().to_owned();
            Box::pin(control::answer(
                &world,
                head.method.as_str(),
                &path,
                &query,
                &whole.to_bytes(),
            ))
            .await
        }
        Err(_cut) => Err(Error::Invalid("the body is too long or was cut off".to_owned())),
    };
    let (status, value) = match answered {
        Ok(value) => (200, value),
        Err(error) => (error.status(), error.body()),
    };
    let mut response = Response::new(Full::from(value.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, json);
    Ok(response)
}
