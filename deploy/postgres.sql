-- Beside `operations`, which the image makes: what Rasa remembers, and the catalogue.
CREATE DATABASE tracker OWNER motcua;
CREATE DATABASE catalogue OWNER motcua;
