"""Parcel layout: parcels drawn into vacant blocks; `drawing` draws, `bound` says what nobody can better."""
