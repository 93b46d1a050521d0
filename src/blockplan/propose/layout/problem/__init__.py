"""What a layout has to decide: vacant blocks, programme, standards, uses, parameters."""
