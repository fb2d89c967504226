//! The program against the lab's AWS: every kind beside what boto3 says, pages, and everything that can go wrong on the way.
#[path = "aws/alike.rs"]
pub mod alike;
#[path = "aws/console.rs"]
mod console;
#[path = "aws/credentials.rs"]
mod credentials;
#[path = "aws/describe.rs"]
mod describe;
#[path = "aws/estate.rs"]
mod estate;
#[path = "aws/fake.rs"]
mod fake;
#[path = "aws/faults.rs"]
mod faults;
#[path = "aws/fields.rs"]
mod fields;
#[path = "aws/lab.rs"]
mod lab;
#[path = "aws/logs.rs"]
mod logs;
#[path = "aws/paging.rs"]
mod paging;
#[path = "aws/rules.rs"]
mod rules;
