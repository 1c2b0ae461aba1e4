"""The engine: articles in pieces to the server, several at once, and the answers grounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kg.annotation.sentences import split_sentences
from kg.engines.llm.answers import Answer, UnreadableAnswerError, parse_answer
from kg.engines.llm.chunks import halve, split_into_chunks
from kg.engines.llm.client import ChatClient, NoAnswerError
from kg.engines.llm.grounding import ground
from kg.engines.llm.options import Options, read_options
from kg.engines.llm.prompt import Message, make_prompt
from kg.engines.llm.response_cache import Reply, ResponseCache
from kg.engines.llm.usage import DROPPED, Tally, describe_usage
from kg.errors import InputError
from kg.model import Article, Extraction, Sentence, Span
from kg.schema import load_schema

__all__ = ["LlmEngine", "make_engine"]


class LlmEngine:
    """Asks a language model and keeps what stands in the article."""

    def __init__(self, options: Options, client: ChatClient, tally: Tally) -> None:
        self._schema = load_schema()
        self._prompt = make_prompt(self._schema)
        self.identity = f"llm {options.model} at {options.url}, prompt {self._prompt.version}"
        self._options = options
        self._client = client
        self._tally = tally
        self._cache = ResponseCache(options.cache)

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        pool = ThreadPoolExecutor(self._options.concurrency, thread_name_prefix="llm")
        try:
            yield from map(
                partial(self._ground, home=home), articles, self._answers(pool, articles)
            )
        finally:  # what is under way is paid for: it is waited for and kept
            pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def take_counts(self) -> Mapping[str, int]:
        return self._tally.take()

    def report(self, counts: Mapping[str, int]) -> Sequence[str]:
        return describe_usage(counts, self._options.price)

    def _answers(
        self, pool: ThreadPoolExecutor, articles: Sequence[Article]
    ) -> Iterator[list[tuple[Span, Answer]]]:
        """Yield the answers for each article; pieces of all articles are asked for at once."""
        pieces = []
        for article in articles:
            sentences = split_sentences(article)
            chunks = split_into_chunks(sentences)
            pieces.append(
                [pool.submit(self._read_piece, article, sentences, chunk) for chunk in chunks]
            )
        for article, futures in zip(articles, pieces, strict=True):
            try:
                yield [found for future in futures for found in future.result()]
            except NoAnswerError as error:
                raise InputError(
                    f"the model did not answer for {article.id}: {error}",
                    remedy="try again, or another model or engine",
                ) from error

    def _read_piece(
        self, article: Article, sentences: tuple[Sentence, ...], chunk: Span
    ) -> list[tuple[Span, Answer]]:
        """Return the answer for *chunk*, or those for its halves where it is too much for one."""
        try:
            return [(chunk, self._ask(self._messages(article, chunk)))]
        except NoAnswerError as error:
            halves = halve(chunk, sentences)
            if not error.is_too_long or len(halves) == 1:
                raise
            return [
                found for half in halves for found in self._read_piece(article, sentences, half)
            ]

    def _messages(self, article: Article, chunk: Span) -> list[Message]:
        headline = article.headline if chunk.begin >= article.body_begin else ""
        text = chunk.of(article.text)
        return self._prompt.messages(text, headline=headline, published=article.published)

    def _ask(self, messages: Sequence[Message]) -> Answer:
        """Return what the model answers to *messages*, now or in an earlier run."""
        key = self._cache.key(self._options.url, self._options.model, messages)
        reply = self._cache.load(key)
        if reply is not None:
            self._tally.add("cached")
            return self._parsed(reply)
        reply = self._client.ask(messages, self._prompt.response_schema)
        if not self._is_final(reply):  # the second is often better, a third seldom
            reply = self._client.ask(messages, self._prompt.response_schema)
        if self._is_final(reply):
            self._cache.store(key, reply)
        return self._parsed(reply)

    def _is_final(self, reply: Reply) -> bool:
        """Say whether asking again would bring nothing else: it is an answer, or would be cut again."""
        if reply.is_cut:
            return True
        try:
            parse_answer(reply.content, self._schema)
        except UnreadableAnswerError:
            return False
        return True

    def _parsed(self, reply: Reply) -> Answer:
        if reply.is_cut:
            raise NoAnswerError(
                "the answer broke off at the longest the model gives", is_too_long=True
            )
        try:
            return parse_answer(reply.content, self._schema)
        except UnreadableAnswerError as error:
            # A model that loses its way in a long text may keep it in a shorter one.
            raise NoAnswerError(str(error), is_too_long=True) from error

    def _ground(
        self, article: Article, answers: list[tuple[Span, Answer]], *, home: str | None
    ) -> Extraction:
        grounded = ground(article, answers, method=f"llm:{self._options.model}", home=home)
        for reason, number in grounded.dropped.items():
            self._tally.add(DROPPED + reason, number)
        self._tally.add("kept", len(grounded.extraction.relations))
        return grounded.extraction


def make_engine(argument: str = "") -> LlmEngine:
    """Return the engine for ``URL#MODEL``; nothing is sent before the first article.

    Raises:
        AnnotatorUnavailable: the openai package is not installed.
        SettingsError: the argument or the environment is not usable.
    """
    options, tally = read_options(argument), Tally()
    return LlmEngine(options, ChatClient(options, tally), tally)
