//! No address holds the connections of all others.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// The most connections of one address: more than clients behind one proxy need.
pub const MOST_OF_ONE: usize = 512;

/// How many connections each address has.
#[derive(Clone, Debug, Default)]
pub struct ConnectionsPerAddress(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address, counted until it is dropped.
#[derive(Debug)]
pub struct CountedConnection {
    connections: ConnectionsPerAddress,
    address: IpAddr,
}

impl ConnectionsPerAddress {
    /// Counts a connection; `None` where its address has enough.
    pub fn admit(&self, address: IpAddr) -> Option<CountedConnection> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if MOST_OF_ONE <= *count {
            return None;
        }
        *count += 1;
        Some(CountedConnection { connections: self.clone(), address })
    }
}

impl Drop for CountedConnection {
    fn drop(&mut self) {
        let mut counts = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_gets_them_back() {
        let connections = ConnectionsPerAddress::default();
        let one = IpAddr::from([192, 0, 2, 1]);
        let mut held: Vec<_> = (0..MOST_OF_ONE).map(|_| connections.admit(one).unwrap()).collect();
        assert!(connections.admit(one).is_none());
        assert!(connections.admit(IpAddr::from([192, 0, 2, 2])).is_some());
        held.pop();
        assert!(connections.admit(one).is_some());
    }
}
