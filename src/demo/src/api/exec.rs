//! Commands in containers, over websockets in Kubernetes' channels. What answers is a small scripted shell.
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{self, HeaderValue},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

use super::{Ask, Server, answer, log, route::Target};
use crate::{
    http::{self, Answer},
    kube::{
        Cluster,
        pod::{Pod, State},
        refused::Refused,
        resource::Kind,
    },
};

mod files;
mod shell;
mod terminal;
mod words;

use shell::{Place, Shell};
use terminal::Terminal;

/// Newest first. The first can say that the input has ended.
const PROTOCOLS: [&str; 2] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const CLOSE: u8 = 255;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

struct Wish {
    command: Vec<String>,
    stdin: bool,
    tty: bool,
}

enum Session {
    Exec(Place),
    Attach(log::Speaker, crate::lines::Run),
}

pub fn answer(server: &Arc<Server>, target: &Target, mut ask: Ask) -> Result<Answer, Refused> {
    let attach = target.subresource.as_deref() == Some("attach");
    let wish = Wish {
        command: ask.query.all("command").map(str::to_owned).collect(),
        stdin: ask.query.flag("stdin"),
        tty: ask.query.flag("tty"),
    };
    let name = target.named();
    let now = server.now();
    let session = server.look(|cluster| {
        let pod = cluster.store().pod(target.space(), name).ok_or_else(|| Refused::not_found(Kind::Pod, name))?;
        session(cluster, pod, ask.query.get("container"), attach, now)
    })?;
    if !attach && wish.command.is_empty() {
        return Err(Refused::bad_request("you must specify at least 1 command for the container"));
    }
    let (key, protocol) = handshake(ask.request.headers())?;
    let upgrade = hyper::upgrade::on(&mut ask.request);
    let server = server.clone();
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        // a client that breaks off ends what it began
        let _left = match session {
            Session::Exec(place) => exec(socket, Shell::new(place), wish).await,
            Session::Attach(speaker, run) => self::attach(socket, &server, &speaker, run).await,
        };
    });
    let mut answer = Response::new(http::whole(""));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    if let Ok(value) = HeaderValue::from_str(&key) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, value);
    }
    Ok(answer)
}

fn session(
    cluster: &Cluster,
    pod: &Arc<Pod>,
    container: Option<&str>,
    attach: bool,
    now: i64,
) -> Result<Session, Refused> {
    // without a name it is the first one, other than for logs
    let at = match container {
        Some(_) => log::container(pod, container)?,
        None => pod.template.containers.iter().position(|spec| !spec.init).unwrap_or(0),
    };
    let spec = &pod.template.containers[at];
    if pod.node.is_none() {
        return Err(Refused::bad_request(format!("pod {} does not have a host assigned", pod.name)));
    }
    if pod.phase.is_over() {
        let phase = pod.phase.text();
        return Err(Refused::bad_request(format!(
            "cannot exec into a container in a completed pod; current phase is {phase}"
        )));
    }
    log::reachable(cluster, pod, if attach { "attach" } else { "exec" }, &spec.name)?;
    let broken = |message: String| Refused { code: 500, reason: "InternalError", message, details: None };
    if !matches!(pod.containers[at].state, State::Running { .. }) {
        return Err(broken(format!(
            "Internal error occurred: unable to upgrade connection: container not found (\"{}\")",
            spec.name
        )));
    }
    if attach {
        let live = log::live(cluster, pod, at);
        return live.map(|(speaker, run)| Session::Attach(speaker, run)).ok_or_else(answer::not_found);
    }
    Ok(Session::Exec(Place::of(cluster, pod, at, now)))
}

fn handshake(headers: &HeaderMap) -> Result<(String, &'static str), Refused> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let websocket = text(header::UPGRADE).eq_ignore_ascii_case("websocket");
    let key = text(header::SEC_WEBSOCKET_KEY);
    if !websocket || key.is_empty() {
        let why = "Upgrade request required: this server speaks websockets (v5.channel.k8s.io, v4.channel.k8s.io), and no SPDY";
        return Err(Refused::bad_request(why));
    }
    let offered: Vec<&str> = text(header::SEC_WEBSOCKET_PROTOCOL).split(',').map(str::trim).collect();
    let protocol = PROTOCOLS.into_iter().find(|known| offered.contains(known));
    let protocol =
        protocol.ok_or_else(|| Refused::bad_request("none of the offered websocket protocols is known here"))?;
    Ok((derive_accept_key(key.as_bytes()), protocol))
}

/// The client has gone.
struct Left;

type Output = SplitSink<Socket, Message>;

async fn say(to: &mut Output, channel: u8, bytes: &[u8]) -> Result<(), Left> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut frame = Vec::with_capacity(bytes.len() + 1);
    frame.push(channel);
    frame.extend_from_slice(bytes);
    to.send(Message::binary(frame)).await.map_err(|_| Left)
}

/// How a command ended, as the error channel tells it.
fn ended(code: u8) -> Value {
    if code == 0 {
        return json!({ "metadata": {}, "status": "Success" });
    }
    json!({
        "metadata": {},
        "status": "Failure",
        "message": format!("command terminated with non-zero exit code: command terminated with exit code {code}"),
        "reason": "NonZeroExitCode",
        "details": { "causes": [{ "reason": "ExitCode", "message": code.to_string() }] },
    })
}

async fn finish(mut to: Output, status: &Value) -> Result<(), Left> {
    say(&mut to, ERROR, status.to_string().as_bytes()).await?;
    // without a code, clients take it for an accident
    let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    to.send(Message::Close(Some(frame))).await.map_err(|_| Left)?;
    to.close().await.map_err(|_| Left)
}

async fn exec(socket: Socket, mut shell: Shell, wish: Wish) -> Result<(), Left> {
    let (mut to, mut from) = socket.split();
    if !shell.knows(&wish.command[0]) {
        let name = &wish.command[0];
        let message = format!(
            "Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: \"{name}\": executable file not found in $PATH: unknown"
        );
        let status =
            json!({ "metadata": {}, "status": "Failure", "message": message, "reason": "InternalError", "code": 500 });
        return finish(to, &status).await;
    }
    let reads = shell.reads(&wish.command) && wish.stdin;
    if !reads {
        let done = shell.run(&wish.command);
        let cooked = |text: &str| if wish.tty { text.replace('\n', "\r\n") } else { text.to_owned() };
        say(&mut to, STDOUT, cooked(&done.out).as_bytes()).await?;
        say(&mut to, if wish.tty { STDOUT } else { STDERR }, cooked(&done.err).as_bytes()).await?;
        if let Some(wait) = done.wait {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                // a terminal's Ctrl-C, or the client's end
                () = interrupted(&mut from, wish.tty) => return finish(to, &ended(130)).await,
            }
        }
        return finish(to, &ended(done.code)).await;
    }
    let mut terminal = Terminal::new(shell, &wish.command, wish.tty);
    say(&mut to, STDOUT, terminal.greeting().as_bytes()).await?;
    while let Some(Ok(message)) = from.next().await {
        let data = match message {
            Message::Binary(data) => data,
            Message::Close(_) => break,
            _ => continue,
        };
        let reply = match data.split_first() {
            Some((&STDIN, input)) => terminal.input(input),
            Some((&CLOSE, [STDIN])) => terminal.end(),
            // sizes: the shell draws nothing that would depend on them
            _ => continue,
        };
        say(&mut to, STDOUT, reply.out.as_bytes()).await?;
        say(&mut to, STDERR, reply.err.as_bytes()).await?;
        if let Some(code) = reply.ended {
            return finish(to, &ended(code)).await;
        }
    }
    Ok(())
}

async fn interrupted(from: &mut futures_util::stream::SplitStream<Socket>, tty: bool) {
    while let Some(Ok(message)) = from.next().await {
        let data = message.into_data();
        if tty && data.first() == Some(&STDIN) && data.contains(&3) {
            return;
        }
    }
}

async fn attach(socket: Socket, server: &Server, speaker: &log::Speaker, run: crate::lines::Run) -> Result<(), Left> {
    let (mut to, mut from) = socket.split();
    let (sender, mut lines) = tokio::sync::mpsc::channel(2);
    let now = server.now();
    let told = log::follow(server, &sender, speaker, run, now, |lines| {
        let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        (text.into(), true)
    });
    tokio::pin!(told);
    loop {
        tokio::select! {
            () = &mut told => break,
            Some(Ok(text)) = lines.recv() => say(&mut to, STDOUT, &text).await?,
            message = from.next() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Left),
                Some(Ok(_)) => {}
            }
        }
    }
    finish(to, &ended(0)).await
}
