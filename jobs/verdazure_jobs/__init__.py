"""What runs inside a team's training image and service."""
