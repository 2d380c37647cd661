"""What `verdazure model verify` wrote of two models, as `Path("minilm.json").read_text()` gives it.

The hashes are made up.
"""

MINILM = """\
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "config.json",
      "digest": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      }
    },
    {
      "name": "model.safetensors",
      "digest": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      }
    }
  ],
  "predicateType": "urn:verdazure:pretrained-model:v1",
  "predicate": {
    "origin": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    "publisher": "sentence-transformers",
    "licence": "Apache-2.0",
    "scan": {
      "scanner": "picklescan",
      "version": "1.0.5",
      "verdict": "clean"
    },
    "sizes": {
      "config.json": 612,
      "model.safetensors": 90868376
    },
    "verifiedBy": "vision@example.com",
    "verifiedOn": "2026-11-24T08:00:00Z"
  }
}
"""
LEAVES = """\
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "MLmodel",
      "digest": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      }
    },
    {
      "name": "model.onnx",
      "digest": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      }
    }
  ],
  "predicateType": "urn:verdazure:pretrained-model:v1",
  "predicate": {
    "origin": "https://models.example.org/leaves/2026-11/",
    "publisher": "Botanical Garden of Example",
    "licence": "LicenseRef-Garden-terms",
    "scan": {
      "scanner": "picklescan",
      "version": "1.0.5",
      "verdict": "clean"
    },
    "sizes": {
      "MLmodel": 420,
      "model.onnx": 1200000
    },
    "verifiedBy": "vision@example.com",
    "verifiedOn": "2026-11-24T08:00:00Z"
  }
}
"""
