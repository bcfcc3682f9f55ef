//! Made-up texts of about 100 bytes, the same in every run.

/// What people write to a brand and about it, in parts that are put together at random.
const ITALIAN: &[&str] = &[
    "il frigo perde acqua da tre giorni",
    "nessuno risponde al telefono",
    "la consegna è arrivata puntuale",
    "sono davvero soddisfatta dell'acquisto",
    "non lo comprerei mai più",
    "qualcuno sa se il reso è gratuito?",
    "ho preso il modello grande, quello bianco",
    "il tecnico è passato ieri mattina",
    "grazie mille per la gentilezza!",
    "ma lo sportello non si chiude bene",
    "è la quarta volta che chiamo",
    "un prodotto ottimo, lo consiglio a tutti",
    "stamattina ho visto la pubblicità in centro",
    "peccato che il display sia poco leggibile",
    "in negozio costa centoventi euro in meno",
    "adesso funziona tutto perfettamente 😊",
    "vorrei sapere quando arriva il pezzo",
    "che delusione, soldi buttati",
    "#frigo nuovo in cucina, finalmente",
    "ci vediamo sabato all'inaugurazione",
    "il manuale è scritto in otto lingue",
    "servizio clienti inesistente!!!",
    "abbastanza silenzioso, anche di notte",
    "https://esempio.example/recensione/48231",
    "@frigolux mi dite qualcosa?",
];

const ENGLISH: &[&str] = &[
    "the fridge has been leaking for three days",
    "nobody answers the phone",
    "delivery was right on time",
    "I am really happy with it",
    "would never buy from them again",
    "does anyone know if returns are free?",
    "I took the large one, the white model",
    "the engineer came by yesterday morning",
    "thank you so much for your help!",
    "but the door doesn't close properly",
    "this is the fourth time I call",
    "a great product, highly recommended",
    "saw the new advert downtown this morning",
    "shame the display is hard to read",
    "it's a hundred pounds less in the shop",
    "everything works perfectly now 😊",
    "I'd like to know when the part arrives",
    "so disappointed, a waste of money",
    "#newfridge in the kitchen, finally",
    "see you at the opening on Saturday",
    "the manual comes in eight languages",
    "customer service is a JOKE!!!",
    "fairly quiet, even at night",
    "https://example.example/review/48231",
    "@frigolux any news?",
];

/// Texts of about 100 bytes: Italian and English ones, half and half, or English ones alone.
pub(crate) fn texts(count: usize, only_english: bool) -> Vec<String> {
    let mut state = 42_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default()
    };
    (0..count)
        .map(|number| {
            let parts = if only_english || number % 2 == 0 {
                ENGLISH
            } else {
                ITALIAN
            };
            let mut text = String::new();
            while text.len() < 85 {
                let part = parts[next() % parts.len()];
                let joint = [", ", ". ", " "][next() % 3];
                if !text.is_empty() {
                    text.push_str(joint);
                }
                text.push_str(part);
            }
            text
        })
        .collect()
}
