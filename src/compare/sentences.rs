//! What the results mean, in words.

use std::num::NonZeroUsize;

use super::{ContenderResult, EnoughJobs, Results, Standing};
use crate::numbers::counted;

/// What the table does not say: which contenders are equally fast, how many jobs are enough,
/// whether there were retries, and the confidence of the intervals if it is not 95 %.
pub fn sentences(results: &Results) -> Vec<String> {
    let standings = [equally_fast(results), not_told_apart(results)].into_iter().flatten();
    let enough_jobs = results.enough_jobs();
    let enough_jobs = enough_jobs.iter().map(enough);
    let remarks = [retries(results), confidence(results)].into_iter().flatten();
    standings.chain(enough_jobs).chain(remarks).collect()
}

/// `threads, rayon and async are equally fast (within 5 %)`.
fn equally_fast(results: &Results) -> Option<String> {
    let equal = with_standing(results, Standing::EquallyFast);
    (equal.len() > 1).then(|| format!("{} equally fast (within 5 %)", subject(&equal)))
}

/// `async is not told apart from threads`.
fn not_told_apart(results: &Results) -> Option<String> {
    let unclear = with_standing(results, Standing::NotToldApart);
    let best = results.best()?.contender;
    (results.whole_rounds > 1 && !unclear.is_empty())
        .then(|| format!("{} not told apart from {best}; use more rounds", subject(&unclear)))
}

fn with_standing(results: &Results, standing: Standing) -> Vec<String> {
    let has_it = |result: &&ContenderResult| result.standing == standing;
    let with = results.contenders.iter().filter(has_it);
    with.map(|result| result.contender.to_string()).collect()
}

/// `threads: 8 jobs are enough; 16 and 32 are not faster (within 5 %)`.
fn enough(enough: &EnoughJobs) -> String {
    let EnoughJobs { mode, jobs, not_faster } = enough;
    let Some(jobs) = jobs else {
        return format!("{mode}: not decided how many jobs are enough, use more rounds");
    };
    let number = counted(jobs.get(), "job is", "jobs are");
    let larger: Vec<_> = not_faster.iter().map(NonZeroUsize::to_string).collect();
    match larger[..] {
        [] => format!("{mode}: {number} enough, of the numbers compared"),
        _ => format!("{mode}: {number} enough; {} not faster (within 5 %)", subject(&larger)),
    }
}

/// `retries that were not injected, in all rounds: 3 of threads, 1 of async`.
fn retries(results: &Results) -> Option<String> {
    let retried = results.contenders.iter().filter(|result| result.retries > 0);
    let retried = retried.map(|result| format!("{} of {}", result.retries, result.contender));
    let retried: Vec<_> = retried.collect();
    (!retried.is_empty())
        .then(|| format!("retries that were not injected, in all rounds: {}", retried.join(", ")))
}

fn confidence(results: &Results) -> Option<String> {
    let percent = |share: f64| (share * 1000.0).round() / 10.0;
    let wanted = percent(results.confidence);
    let others = results.contenders.iter().filter(|of| of.contender != results.setup.reference);
    let speedups = others.filter_map(|result| result.speedup).filter(|of| of.rounds > 1);
    let fewest = speedups.min_by_key(|speedup| speedup.rounds)?;
    let reached = percent(fewest.interval.confidence);
    match results.setup.looks().len() {
        _ if reached < wanted => {
            Some(format!("too few rounds: intervals have {reached} % confidence, not {wanted} %"))
        }
        1 => None,
        looks => Some(format!(
            "intervals have {wanted} % confidence, so that up to {looks} looks at them have 95 % \
             overall"
        )),
    }
}

/// `A is`, `A and B are`, `A, B and C are`.
fn subject(items: &[String]) -> String {
    match items {
        [several @ .., last] if !several.is_empty() => {
            format!("{} and {last} are", several.join(", "))
        }
        _ => format!("{} is", items.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, contenders, measured, min_speedup, setup, times};
    use crate::compare::{Contender, Measured, Round, Setup};
    use crate::downloader::Mode;

    /// The sentences after ten rounds in which each contender takes these milliseconds.
    fn after_ten_rounds(
        contenders: Vec<Contender>,
        times: impl Fn(usize, &str) -> u64,
    ) -> Vec<String> {
        let reference = contenders[0];
        let setup = Setup { contenders, reference, runs: 10, max_runs: 10, ..setup() };
        let measured = measured(&setup, |round, contender| match round {
            Round::Warmup(_) => Some(1),
            Round::Measured(n) => Some(times(n, &contender.to_string())),
        });
        sentences(&Results::new(&setup, &measured))
    }

    #[test]
    fn contenders_that_are_equally_fast_are_named_but_none_alone() {
        let times = |_, name: &str| match name {
            "seq" => 2000,
            "async" => 205,
            _ => 200,
        };
        let expected = ["threads, rayon and async are equally fast (within 5 %)"];
        assert_eq!(after_ten_rounds(setup().contenders, times), expected);
        let alone = |_, name: &str| if name == "async" { 100 } else { 200 };
        assert_eq!(after_ten_rounds(setup().contenders, alone), [""; 0]);
        let all = ["seq, threads, rayon and async are equally fast (within 5 %)"];
        assert_eq!(after_ten_rounds(setup().contenders, |_, _| 100), all);
    }

    #[test]
    fn a_wide_interval_is_no_evidence_of_equal_speed() {
        let times = |round: usize, name: &str| match name {
            "seq" => 2000,
            "threads" => 200,
            _ => [190, 230][round % 2],
        };
        let expected = ["rayon and async are not told apart from threads; use more rounds"];
        assert_eq!(after_ten_rounds(setup().contenders, times), expected);
        let two = vec![contender("seq"), contender("rayon")];
        let times = |round: usize, name: &str| match name {
            "seq" => 100,
            _ => [90, 120][round % 2],
        };
        let expected = ["rayon is not told apart from seq; use more rounds"];
        assert_eq!(after_ten_rounds(two, times), expected);
    }

    #[test]
    fn each_mode_with_several_numbers_of_jobs_has_a_sentence_on_how_many_are_enough() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Async], &[4, 16, 8, 32]);
        let times = |round: usize, name: &str| match name {
            "seq" => 4000,
            "threads@4" | "async@4" => 400,
            "async@8" => [202, 250][round % 2],
            "async@16" => 150,
            "async@32" => 210,
            _ => 200,
        };
        let sentences = after_ten_rounds(contenders, times);
        assert!(
            sentences.contains(
                &"threads: 8 jobs are enough; 16 and 32 are not faster (within 5 %)".into()
            )
        );
        assert!(
            sentences.contains(&"async: 16 jobs are enough; 32 is not faster (within 5 %)".into())
        );
    }

    #[test]
    fn jobs_that_are_not_told_apart_from_the_best_number_leave_it_undecided() {
        let contenders = contenders(&[Mode::Threads], &[1, 2, 3]);
        let times = |round: usize, name: &str| match name {
            "threads@1" => 400,
            "threads@2" => [196, 230][round % 2],
            _ => 200,
        };
        assert_eq!(
            after_ten_rounds(contenders.clone(), times),
            [
                "threads@2 is not told apart from threads@3; use more rounds",
                "threads: not decided how many jobs are enough, use more rounds",
            ]
        );
        let falling = |_, name: &str| match name {
            "threads@1" => 400,
            "threads@2" => 200,
            _ => 100,
        };
        let expected = ["threads: 3 jobs are enough, of the numbers compared"];
        assert_eq!(after_ten_rounds(contenders, falling), expected);
    }

    #[test]
    fn retries_that_were_not_injected_are_counted() {
        let setup = setup();
        let mut measured = measured(&setup, times);
        for (name, round, retries) in [("threads", 0, 1), ("threads", 2, 2), ("seq", 1, 4)] {
            measured.samples_mut(contender(name))[round].retries = retries;
        }
        let sentences = sentences(&Results::new(&setup, &measured));
        let expected = "retries that were not injected, in all rounds: 4 of seq, 3 of threads";
        assert!(sentences.contains(&expected.into()), "{sentences:?}");
    }

    #[test]
    fn too_few_rounds_are_named_with_the_confidence_that_they_have() {
        let with_rounds = |runs, max_runs| {
            let min_speedups = vec![min_speedup("threads", 10.0)];
            let setup = Setup { runs, max_runs, min_speedups, ..setup() };
            let measured = measured(&setup, |round, contender| match round {
                Round::Measured(n) if n > runs => None,
                _ => times(round, contender),
            });
            sentences(&Results::new(&setup, &measured)).pop().unwrap()
        };
        let few = "too few rounds: intervals have 75 % confidence, not 95 %";
        assert_eq!(with_rounds(3, 3), few);
        let fewer = "too few rounds: intervals have 93.8 % confidence, not 97.5 %";
        assert_eq!(with_rounds(5, 10), fewer);
        let looks = "intervals have 98.3 % confidence, so that up to 3 looks at them have 95 % \
                     overall";
        assert_eq!(with_rounds(10, 40), looks);
        assert!(!with_rounds(10, 10).contains("confidence"));
    }

    #[test]
    fn one_round_has_neither_a_winner_nor_an_interval() {
        let setup = Setup { runs: 1, max_runs: 1, ..setup() };
        let one = measured(&setup, times);
        assert_eq!(sentences(&Results::new(&setup, &one)), [""; 0]);
        assert_eq!(sentences(&Results::new(&setup, &Measured::default())), [""; 0]);
    }
}
