/// Words that a full stop follows without ending the sentence.
struct Abbreviations: Sendable {
  /// Lower-case words without their last full stop; never the end of a sentence.
  let always: Set<String>
  /// As above, but only in front of a number (`No. 5`, `p. 12`).
  let beforeNumber: Set<String>
  /// Whether a number and a full stop is an ordinal (`3. Oktober`).
  let numbersAreOrdinals: Bool

  /// The list for a language code (`en`, `pt-BR`); languages without one share the titles that most of Europe knows.
  init(language: String) {
    let code = primaryLanguage(language)
    always = Self.common.union(Self.always[code] ?? [])
    beforeNumber = Self.numeric.union(Self.beforeNumber[code] ?? [])
    numbersAreOrdinals = ["de", "da", "nb", "no", "nn", "fi", "cs", "sk", "hr", "sl", "et", "is", "hu"].contains(code)
  }

  private static func words(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }

  private static let common = words("dr prof mr mrs ms st vs cf ca e.g i.e")
  private static let numeric = words("no nos nr art vol fig p pp cap ch sec")

  private static let always: [String: Set<String>] = [
    "en": words(
      """
      messrs mmes rev hon gen col maj capt cmdr lt sgt cpl adm gov sen rep pres supt jr sr esq mt ft approx dept est etc \
      inc ltd corp co bros univ assn ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec
      """),
    "pt": words(
      """
      sr sra srs sras srta dra drs dras profa profs exmo exma exmos ilmo ilma eng enga arq d gen cel cap maj ten sgt alm \
      pe fr sto sta av r tel etc ex p.ex obs aprox ltda cia dep dept jan fev mar abr mai jun jul ago set out nov dez séc
      """),
    "es": words(
      """
      sr sra sres sras srta dra drs profa d dña da ud uds vd vds gral cnel cap lic ing arq av avda c tel etc p.ej ej \
      aprox cía ltda dpto depto admón ene feb mar abr may jun jul ago sept oct nov dic sto sta fr
      """),
    "fr": words(
      """
      m mm mme mmes mlle mlles me mgr pr bd av tél etc ex p.ex env cie éd janv févr avr juil sept oct nov déc ste sté
      """),
    "de": words(
      """
      hr fr frl dipl ing habil mag z.b z d.h u.a u.ä u.s.w usw bzw evtl ggf inkl exkl max min tel str geb gest sog vgl \
      jh jhd mio mrd abs abt bd bspw etc hbf jan feb mär apr jun jul aug sept okt nov dez allg ehem
      """),
    "it": words("sig sigg dott dott.ssa ing avv arch on geom rag ecc es tel gen col cap"),
    "nl": words("dhr mevr mw drs ir ing jhr bijv bv enz o.a d.w.z t.a.v m.b.t ong"),
  ]

  private static let beforeNumber: [String: Set<String>] = [
    "pt": words("n nº pág págs inc al fl fls vols tít"),
    "es": words("n nº núm núms pág págs vols tít"),
    "fr": words("n nº pag chap fasc"),
    "de": words("s kap abb tab ziff rdnr"),
  ]
}

/// The language of a code without its region or script, in lower case: `pt` of `pt-BR` and of `pt_br`.
func primaryLanguage(_ code: String) -> String { String(code.lowercased().prefix { $0 != "-" && $0 != "_" }) }
