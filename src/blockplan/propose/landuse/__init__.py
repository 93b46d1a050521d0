"""Land-use allocation: which parcel gets which use; `allocation` is the way in."""
