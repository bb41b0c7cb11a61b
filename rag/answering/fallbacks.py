"""Why a generator's words are not shown, in the reader's language. Knows nothing about how generators work."""

from __future__ import annotations

from rag.answering.phrases import FRAMES
from rag.errors import ModelError, Why
from rag.text.question import Language

#: `{detail}` is what was said in English: an address, a status, a server's own words.
_WORDS: dict[Language, dict[Why, str]] = {
    "ja": {
        "none": "モデルは、記事に答えがないと判断しました",
        "unmarked": "モデルは、どの記事によるかを示しませんでした",
        "unsupported": "モデルの書いたことは、記事で確かめられませんでした", "empty": "モデルは何も書きませんでした",
        "reasoning": "モデルは考えるだけで、答えを書きませんでした。考えずに答える設定にしてください",
        "runaway": "モデルの文が終わりませんでした", "away": "モデルのサーバーにつながりません: {detail}",
        "slow": "モデルの返事が間に合いませんでした: {detail}", "key": "モデルのサーバーは鍵を求めています: {detail}",
        "failed": "{detail}",
    },
    "en": {
        "none": "the model found no answer in the posts", "unmarked": "the model named no post for what it wrote",
        "unsupported": "nothing that the model wrote is supported by the posts", "empty": "the model wrote nothing",
        "reasoning": "the model only reasoned and wrote no answer; have it answer without reasoning",
        "runaway": "the model ran on", "away": "the model's server can't be reached: {detail}",
        "slow": "the model did not answer in time: {detail}", "key": "the model's server wants a key: {detail}",
        "failed": "{detail}",
    },
    "zh": {
        "none": "模型认为文章中没有答案", "unmarked": "模型没有注明依据哪篇文章",
        "unsupported": "模型所写的内容在文章中得不到证实", "empty": "模型什么也没写",
        "reasoning": "模型只进行了思考，没有写出答案；请让它不经思考直接回答", "runaway": "模型写个不停",
        "away": "无法连接模型服务器：{detail}",
        "slow": "模型未能及时回答：{detail}",
        "key": "模型服务器需要密钥：{detail}",
        "failed": "{detail}",
    },
    "ko": {
        "none": "모델은 글에 답이 없다고 판단했습니다", "unmarked": "모델이 어느 글에 따른 것인지 밝히지 않았습니다",
        "unsupported": "모델이 쓴 내용을 글에서 확인할 수 없었습니다", "empty": "모델이 아무것도 쓰지 않았습니다",
        "reasoning": "모델이 생각만 하고 답을 쓰지 않았습니다. 생각 없이 답하도록 설정하세요",
        "runaway": "모델의 글이 끝나지 않았습니다",
        "away": "모델 서버에 연결할 수 없습니다: {detail}", "slow": "모델이 제때 답하지 않았습니다: {detail}",
        "key": "모델 서버가 키를 요구합니다: {detail}", "failed": "{detail}",
    },
    "de": {
        "none": "das Modell fand in den Beiträgen keine Antwort",
        "unmarked": "das Modell nannte keinen Beitrag als Beleg",
        "unsupported": "nichts, was das Modell schrieb, steht in den Beiträgen", "empty": "das Modell schrieb nichts",
        "reasoning": "das Modell dachte nur nach und schrieb keine Antwort; lassen Sie es ohne Nachdenken antworten",
        "runaway": "das Modell fand kein Ende", "away": "der Server des Modells ist nicht erreichbar: {detail}",
        "slow": "das Modell antwortete nicht rechtzeitig: {detail}",
        "key": "der Server des Modells verlangt einen Schlüssel: {detail}", "failed": "{detail}",
    },
    "fr": {
        "none": "le modèle n'a pas trouvé de réponse dans les articles",
        "unmarked": "le modèle n'a cité aucun article",
        "unsupported": "rien de ce que le modèle a écrit n'est confirmé par les articles",
        "empty": "le modèle n'a rien écrit",
        "reasoning": "le modèle a seulement réfléchi, sans écrire de réponse ; faites-le répondre sans réflexion",
        "runaway": "le modèle n'en finissait pas", "away": "le serveur du modèle est injoignable : {detail}",
        "slow": "le modèle n'a pas répondu à temps : {detail}",
        "key": "le serveur du modèle demande une clé : {detail}",
        "failed": "{detail}",
    },
    "es": {
        "none": "el modelo no encontró respuesta en las entradas", "unmarked": "el modelo no citó ninguna entrada",
        "unsupported": "nada de lo que escribió el modelo consta en las entradas",
        "empty": "el modelo no escribió nada",
        "reasoning": "el modelo solo razonó y no escribió respuesta; haga que responda sin razonar",
        "runaway": "el modelo no terminaba", "away": "no se puede conectar con el servidor del modelo: {detail}",
        "slow": "el modelo no respondió a tiempo: {detail}", "key": "el servidor del modelo pide una clave: {detail}",
        "failed": "{detail}",
    },
    "pt": {
        "none": "o modelo não encontrou resposta nas publicações",
        "unmarked": "o modelo não citou nenhuma publicação",
        "unsupported": "nada do que o modelo escreveu consta nas publicações", "empty": "o modelo não escreveu nada",
        "reasoning": "o modelo apenas raciocinou e não escreveu resposta; faça-o responder sem raciocinar",
        "runaway": "o modelo não terminava", "away": "não foi possível contactar o servidor do modelo: {detail}",
        "slow": "o modelo não respondeu a tempo: {detail}", "key": "o servidor do modelo pede uma chave: {detail}",
        "failed": "{detail}",
    },
}  # fmt: skip


def fallback_note(language: Language, error: ModelError) -> str:
    """The line under an answer of quotes that says why the generator's is not shown."""
    reason = _WORDS[language][error.why].replace("{detail}", str(error))
    return FRAMES[language].fallback.format(reason=reason)
