"""`GET /kb`, `GET /kb/{id}`, `GET /api/kb/search`: the public side of the knowledge base."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.gateway.parts import GatewayParts, address_of, parts_of
from assistant.messages.knowledge_pages import EntryHit
from assistant.text import clean_message

MAX_QUERY_CHARS = 200


async def list_entries(request: Request) -> Response:
    """Show all topics, one topic (`?topic=`), or what a search found (`?q=`)."""
    parts = parts_of(request)
    await parts.service.require_answering()
    asked = request.query_params.get("q", "").strip()
    context: dict[str, object] = {"query": asked[:MAX_QUERY_CHARS], "hits": None, "topics": ()}
    if asked:
        parts.limits.check(address_of(request))
        context["hits"] = await _search(parts, asked[:MAX_QUERY_CHARS])
    else:
        topic_id = request.query_params.get("topic", "")
        topics = await parts.page_reads.call(parts.pages.topics, topic_id)
        if topic_id and not topics:
            raise HTTPException(404)
        context |= {"topics": topics, "topic_id": topic_id}
    return parts.templates.TemplateResponse(request, "kb_list.html", context)


async def show_entry(request: Request) -> Response:
    """Show everything public about one entry."""
    parts = parts_of(request)
    await parts.service.require_answering()
    entry_id = request.path_params["id"]
    if not entry_id:
        return RedirectResponse("/kb", 307)
    page = await parts.page_reads.call(parts.pages.show, entry_id)
    if page is None:
        raise HTTPException(404)
    return parts.templates.TemplateResponse(request, "kb_entry.html", {"page": page})


async def search_entries(request: Request) -> Response:
    """Return the public entries that fit a query, best first."""
    parts = parts_of(request)
    await parts.service.require_answering()
    parts.limits.check(address_of(request))
    query = clean_message(request.query_params.get("q", ""), max_chars=MAX_QUERY_CHARS)
    hits = await _search(parts, query)
    body = {
        "query": query,
        "edition": await parts.page_reads.call(parts.pages.edition),
        "hits": [
            {
                "entry_id": hit.id,
                "title": hit.title,
                "summary": hit.summary,
                "score": hit.score,
                "url": f"/kb/{hit.id}",
            }
            for hit in hits
        ],
    }
    return JSONResponse(body)


async def _search(parts: GatewayParts, query: str) -> tuple[EntryHit, ...]:
    """Return what the current edition has for a query."""
    return await parts.page_reads.call(parts.pages.search, query)
