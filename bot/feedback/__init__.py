"""What citizens say about answers: ratings, "not solved", the short survey, and who follows each of them up."""
