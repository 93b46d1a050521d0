"""Parts of parcels: a site is cut from a parcel that is too large for it, and the rest keeps its use."""
