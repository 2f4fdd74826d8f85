"""From reviewed files to the edition that answers: publish and roll back."""
