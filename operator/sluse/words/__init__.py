"""What Sluse says to people, in bokmål and English: sentences that remember what they were made of. Reads its own catalogue and nothing else."""
