//! How many files the system lets this program have open: each connection is one.

/// What the program opens besides connections: the database, the site's files, the log.
const OTHERS: u64 = 64;

/// Raises this process's soft limit of open files as far as so many connections need it and the hard limit allows, and says how many
/// connections there is room for.
///
/// Most systems give a process a soft limit of 1024 and let it ask for more, since some old programs can't count further. Beyond the limit the
/// system would refuse a connection that was let in, and the database the next file; so what there is no room for waits instead.
pub(crate) fn make_room_for(connections: usize) -> usize {
    let wanted = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OTHERS);
    // Where the system lets no limit be set, the one that there is holds; where it tells of none, what was wanted is tried.
    let allowed = rlimit::increase_nofile_limit(wanted)
        .or_else(|_| rlimit::increase_nofile_limit(0))
        .unwrap_or(wanted);
    let room = allowed.saturating_sub(OTHERS).max(1);
    usize::try_from(room).unwrap_or(usize::MAX).min(connections)
}
