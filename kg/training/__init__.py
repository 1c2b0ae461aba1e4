"""Train the models that kg ships: annotated news in, `kg/models/*.npz` out.

Nothing else in kg imports this room; some of its modules need torch, hanlp and gensim, which the
product does without. Import the module you need: `kg.training.tagger`.
"""
