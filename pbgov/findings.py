"""Findings about data files: a fixed code, one Chinese and one English sentence.

Codes never change their meaning. E codes are faults: they stop the reading of a file or, where they
come from `Codebook.check`, forbid trust in what the codebook gives. W codes are remarks.
Ranges: 101-199 tables and indicators, 201-299 codebook and codings, 301-399 lexicon,
401-499 documents, 501-599 study.toml.
"""

from __future__ import annotations

from dataclasses import dataclass

CATALOGUE: dict[str, tuple[str, str]] = {
    # tables and indicators
    "E101": (
        "文件不是 UTF-8 编码（看起来是 {seen}）；请在 WPS/Excel 里另存为“CSV UTF-8”再试。",
        "The file is not UTF-8 (it looks like {seen}); save it as 'CSV UTF-8' and try again.",
    ),
    "E102": (
        "缺少列“{seen}”；请补上这一列，列名见同一文件夹或 data 文件夹里的 README.md。",
        "Column {seen!r} is missing; add it: README.md in this folder, or in data, lists the columns.",
    ),
    "E103": (
        "“{seen}”不是这一列要求的类型（{wanted}）；请改正这个单元格。",
        "{seen!r} is not of the type this column wants ({wanted}); correct the cell.",
    ),
    "E104": (
        "这一行的键（{seen}）与前面的行重复；请删去或合并其中一行。",
        "The key of this row ({seen}) repeats an earlier row; delete or merge one of them.",
    ),
    "E105": (
        "区划代码“{seen}”不在 data/regions/regions.csv 里；请核对代码，或先把该地区加进去。",
        "Region code {seen!r} is not in data/regions/regions.csv; check it or add the region first.",
    ),
    "E106": (
        "数值 {seen} 超出允许范围（{wanted}）；请核对原始出处。",
        "The value {seen} lies outside the allowed range ({wanted}); check it against its source.",
    ),
    "E107": (
        "“{seen}”不是这一列允许的取值（{wanted}）；请改成其中之一。",
        "{seen!r} is not an allowed value of this column ({wanted}); use one of them.",
    ),
    "E108": (
        "指标“{seen}”没有在 register.csv 里登记；请先登记它的定义和单位。",
        "Indicator {seen!r} is not in register.csv; register its definition and unit first.",
    ),
    "E109": (
        "单位“{seen}”与 register.csv 登记的“{wanted}”不一致；请换算或改正。",
        "Unit {seen!r} differs from the registered {wanted!r}; convert or correct it.",
    ),
    "E110": (
        "这一列不许空着；请填写，确实没有就删去这一行。",
        "This column may not be empty; fill it in, or delete the row.",
    ),
    "E111": (
        "文件里没有任何数据行；请确认没有拿错文件。",
        "The file holds no data row; make sure it is the right file.",
    ),
    "E112": (
        "文件不是能逐行读取的 CSV（{seen}）；请检查引号和逗号。",
        "The file cannot be read as CSV ({seen}); check its quotes and commas.",
    ),
    "E113": (
        "找不到这个文件；请核对文件夹和文件名。",
        "The file does not exist; check the folder and the file name.",
    ),
    "E114": (
        "文件不是能读取的 GeoJSON（{seen}）；请确认没有拿错文件。",
        "The file cannot be read as GeoJSON ({seen}); make sure it is the right file.",
    ),
    "E115": (
        "“{seen}”首尾有空格，或含有看不见的字符；看起来相同的两格会被当作不同，请删去它们。",
        "{seen!r} has spaces around it or holds an invisible character, so that it is not what it"
        " looks like; delete them.",
    ),
    "E116": (
        "列名“{seen}”出现了不止一次；请只留一列。",
        "The column name {seen!r} stands more than once; keep one column.",
    ),
    "E117": (
        "第 {seen} 列有内容却没有列名；请补上列名，或删去这一列。",
        "Column {seen} is filled but has no name; name it or delete it.",
    ),
    "E118": (
        "这一行有 {seen} 个单元格，表头有 {wanted} 个；请检查多出或缺少的逗号和引号。",
        "This row has {seen} cells, the header {wanted}; check its commas and quotes.",
    ),
    "E119": (
        "单元格之间用的是“{seen}”，不是英文逗号；请另存为以逗号分隔的“CSV UTF-8”再试。",
        "Cells are separated by {seen!r}, not by a comma; save it as 'CSV UTF-8', comma delimited.",
    ),
    "E120": (
        "这是一个文件夹，不是文件；请把它移走，或改成不以 .csv 结尾的名字。",
        "This is a folder, not a file; move it, or give it a name that does not end in .csv.",
    ),
    "E121": (
        "时期“{seen}”像是被表格软件改写过的日期；请改回 2024、2024-05 或 2023-06-30 这样的写法，"
        "并先把这一列设为文本格式。",
        "The period {seen!r} looks like a date that a spreadsheet rewrote; restore it as in 2024,"
        " 2024-05 or 2023-06-30, and format the column as text first.",
    ),
    "W151": (
        "文件带有 UTF-8 BOM（WPS/Excel 常见）；已照常读取，内容不受影响。",
        "The file starts with a UTF-8 BOM (usual for WPS/Excel); it was read as it is, nothing changes.",
    ),
    "W152": (
        "这个表格文件没有读入；里面若有数据，请另存为“CSV UTF-8”。",
        "This spreadsheet was not read; if it holds data, save it as 'CSV UTF-8'.",
    ),
    # codebook and codings
    "E201": (
        "编码 {seen} 没有纳入规则（include）；请写明什么算，至少一条。",
        "Code {seen} has no inclusion rule (include); say what counts, at least once.",
    ),
    "E203": (
        "规则编码者在这条例句上判错了 {seen}（应为 {wanted}）；请修改线索词，或把 by_rule 记为 0 并写明原因。",
        "The rule coder gets this example of {seen} wrong (should be {wanted}); revise the terms, or set by_rule to 0 and say why.",
    ),
    "E204": (
        "线索词“{seen}”同属一个互斥编码族的 {wanted}；请只留给其中一个，否则两码总是打平。",
        "The cue {seen!r} stands under {wanted} of one exclusive family; leave it to one of them, or they will always tie.",
    ),
    "E205": (
        "线索词“{seen}”总被屏蔽词或排除词“{wanted}”遮住，永远不会命中；请删去其一。",
        "The cue {seen!r} is always hidden by the mask or veto {wanted!r} and can never be found; delete one of them.",
    ),
    "E206": (
        "编码“{seen}”不在 codes.csv 里；请核对拼写，或先把它加进编码手册。",
        "Code {seen!r} is not in codes.csv; check the spelling or add it to the codebook first.",
    ),
    "E207": (
        "编码族“{seen}”不在 families.csv 里；请核对拼写，或先把它加进去。",
        "Family {seen!r} is not in families.csv; check the spelling or add it first.",
    ),
    "E208": (
        "“{seen}”在同一个编码下出现了不止一次；请只留一行。",
        "{seen!r} stands more than once under one code; keep one row.",
    ),
    "E209": (
        "词语“{seen}”是空的，或首尾有空格；请改正。",
        "The term {seen!r} is blank or has spaces around it; correct it.",
    ),
    "E210": (
        'codebook.toml 缺少或写错了 {seen}；请写成 {seen} = "…"。',
        'codebook.toml lacks {seen}, or it is not a text; write {seen} = "...".',
    ),
    "E211": (
        "这条编码所判的文字已经变了（记录的摘要 {seen}，现在是 {wanted}）；请对照原文重新判断。",
        "The text this coding judged has changed (digest {seen} on record, {wanted} now); judge it again.",
    ),
    "E212": (
        "编码“{seen}”不在编码手册里；请核对拼写，或先把它加进编码手册。",
        "Code {seen!r} is not in the codebook; check the spelling or add it to the codebook first.",
    ),
    "E213": (
        "起止位置 {seen} 不在文档之内（文档长 {wanted}）；请核对 start 和 end。",
        "The offsets {seen} lie outside the document (length {wanted}); check start and end.",
    ),
    "E214": (
        "编码 {seen} 没有以编码族加点号“{wanted}”开头；请改成“{wanted}…”，各步骤靠它辨认编码族。",
        "Code {seen} does not begin with its family and a dot, {wanted!r}; rename it, the family is told by it.",
    ),
    "E215": (
        "证据位置 {seen} 不在所判文字 {wanted} 之内；请核对 evidence_start 和 evidence_end，或都留空。",
        "The evidence {seen} lies outside the text judged, {wanted}; check evidence_start and evidence_end, or leave both empty.",
    ),
    "E216": (
        "编码者名“{seen}”留给规则编码者；请换成编码人自己的名字，免得两者的判断混在一起。",
        "The coder name {seen!r} is the rule coder's; use the person's own, so that the two stay apart.",
    ),
    "E217": (
        "文件不是 UTF-8 编码；请用记事本或 WPS 打开，另存为 UTF-8 再试。",
        "The file is not UTF-8; open it in an editor and save it as UTF-8.",
    ),
    "E218": (
        '文件不是合法的 TOML（{seen}）；文字要放在英文双引号里，如 version = "0.2"。',
        'The file is not valid TOML ({seen}); text stands in double quotes, as in version = "0.2".',
    ),
    "W251": (
        "编码 {seen} 没有线索词，规则编码者永远不会给出它；若只由人判断，可以不理会。",
        "Code {seen} has no cue, so the rule coder never gives it; fine where only people judge it.",
    ),
    "W252": (
        "这条例句标为规则判不了，但现在判对了 {seen}；请把 by_rule 改为 1。",
        "This example is marked as beyond the rules, yet {seen} now comes out right; set by_rule to 1.",
    ),
    "W253": (
        "语料里没有文档“{seen}”，它的编码没有对上片段；请核对 doc_id，或把文档放回语料文件夹。",
        "The corpus holds no document {seen!r}, its codings have no segment; check doc_id or put the document back.",
    ),
    "W254": (
        "这个文件里有 {seen} 条编码（首条在这一行）没有对上任何一个段落，比较时不会计入；"
        "多半是 start、end 多选或少选了字，或者判的是单句。请把起止位置改成整段的起止。",
        "{seen} codings of this file (the first in this row) match no paragraph and are left out of"
        " comparisons; set start and end to those of the whole paragraph.",
    ),
    "W255": (
        "这个文件里有 {seen} 条编码（首条在这一行）依据的不是现行的编码手册（{wanted} 版）；"
        "请看 CHANGES.md，定义改过的要重新判断。",
        "{seen} codings of this file (the first in this row) rest on another version of the codebook"
        " than {wanted}; see CHANGES.md and judge again where a definition changed.",
    ),
    "W256": (
        "“{seen}”是同一段里编码族 {wanted} 的又一个主要编码，而这个编码族是互斥的；"
        "请只留一个，次要的在 memo 里写“次要”。",
        "{seen!r} is one more primary code of the exclusive family {wanted} in the same paragraph;"
        " keep one, and write 次要 into memo for a secondary one.",
    ),
    # lexicon
    "E301": (
        "“{seen}”的词频是 {wanted}；jieba 把词频 0 当作对整个进程里所有分词器的拆词命令，请改为 1 以上，或删去这一行。",
        "{seen!r} has freq {wanted}; jieba takes 0 as a split order for every tokenizer of the process: use 1 or more, or delete the row.",
    ),
    "E302": (
        "“{seen}”含有分词时必定断开的字符“{wanted}”，永远成不了一个词；请去掉它，或删去这一行。",
        "{seen!r} holds {wanted!r}, at which jieba always cuts, so it can never be one word; remove it or delete the row.",
    ),
    "E303": (
        "“{seen}”既是研究词又是停用词，永远不会被计数；请从其中一个文件里删去。",
        "{seen!r} is both a term and a stop word and would never be counted; delete it from one file.",
    ),
    # documents
    "E401": (
        "无法确定文件的编码（作为 UTF-8 读到第 {seen} 字节出错，作为 GB18030 或 Big5 又不像中文）；"
        "请用记事本或 WPS 打开核对，另存为 UTF-8 再试。",
        "No encoding fits the file (as UTF-8 it breaks at byte {seen}, as GB18030 or Big5 it does not"
        " look like Chinese); open it, check it, and save it as UTF-8.",
    ),
    "E402": (
        "文件里没有正文；请确认没有拿错文件。",
        "The file holds no text; make sure it is the right file.",
    ),
    "E403": (
        "文件含有空字节（在第 {seen} 字节），不是文本文件，或是没有标记的 UTF-16；请另存为 UTF-8 文本。",
        "The file holds a NUL byte (at byte {seen}): not text, or UTF-16 without a mark; save it as UTF-8.",
    ),
    "E404": (
        '文件开头 +++ 之间的元数据不对（{seen}）；请按 TOML 的写法改正，文字放在英文双引号里，如 title = "…"。',
        'The front matter between the +++ lines is not right ({seen}); correct it as TOML, text in double quotes: title = "...".',
    ),
    "E405": (
        "文档编号“{seen}”已被 {wanted} 用过，这个文件没有读入；请另给一个编号。",
        "The document id {seen!r} is taken by {wanted}, so this file was not read; give it another id.",
    ),
    "E406": (
        "本版不能读 {seen} 文件；能读的是 .txt .md .html .docx .odt .pdf .xlsx .csv 和它们的 .zip，请另存为其中一种。",
        "This version does not read {seen} files; it reads .txt .md .html .docx .odt .pdf .xlsx .csv and"
        " a .zip of them: save it as one of these.",
    ),
    "E407": (
        "文件无法读取（{seen}）；请核对路径和权限。",
        "The file cannot be read ({seen}); check its path and permissions.",
    ),
    "E408": (
        "文件夹里没有任何文档；请把要读的文件放进去。",
        "The folder holds no document; put the files to be read into it.",
    ),
    "E410": (
        "文件有 {seen}，超过这类文件的上限 {wanted}；请按篇拆成几个文件，再放进来。",
        "The file has {seen}, more than the {wanted} this kind may have; split it into one file a text.",
    ),
    "E411": (
        "文件名的结尾与内容不符：内容是 {seen}；请确认没有拿错文件，把结尾改成 {wanted} 再试。",
        "The ending does not fit the content, which is {seen}; make sure it is the right file and"
        " let its name end in {wanted}.",
    ),
    "E412": (
        "不能直接读 {seen}；请用能打开它的软件打开，另存为 {wanted}，再放进来。",
        "{seen} cannot be read as it is; open it in its own program and save it as {wanted}.",
    ),
    "E413": (
        "文件有打开密码（{seen}）；请用密码打开，去掉密码另存一份，再放进来。",
        "The file is locked by a password ({seen}); open it, remove the password and save a copy.",
    ),
    "E414": (
        "文件损坏或没有传完（{seen}）；请重新下载，或用 Word、WPS 打开修复后另存。",
        "The file is damaged or incomplete ({seen}); download it again, or open, mend and save it.",
    ),
    "E415": (
        "文件展开后超过上限（{seen}，上限 {wanted}），没有读；请确认来源可靠，把它拆小后再试。",
        "Unpacked, the file passes the limit ({seen}; the limit is {wanted}) and was not read; make sure"
        " it is sound and split it.",
    ),
    "E416": (
        "文件里的 {seen} 带有 DOCTYPE 声明，可能用来引入外部内容，没有读；请用 Word 或 WPS 打开后另存。",
        "{seen} of the file declares a DOCTYPE, which could pull in content from outside; it was not"
        " read: open the file in Word or WPS and save it.",
    ),
    "E417": (
        "文件里没有文字，只有 {seen} 张图片，多半是扫描件；请先做文字识别，再存成 .docx 或 .txt。",
        "The file holds no text but {seen} pictures, probably scans; run text recognition first.",
    ),
    "E418": (
        "表里没有放正文的列（看到的列：{seen}）；请把这一列的列名改成“正文”。",
        "No column holds the text (columns seen: {seen}); name that column 正文 or text.",
    ),
    "E419": (
        "第 {seen} 行的正文是空的，没有读入；请补上正文，或删去这些行。",
        "Rows {seen} have no text and were not read; fill them in or delete them.",
    ),
    "E420": (
        "不读压缩包里的压缩包；请把它解压，与其他文档放在一起。",
        "An archive inside an archive is not read; unpack it beside the other documents.",
    ),
    "E421": (
        "压缩包里没有能读的文档；请确认没有拿错文件。",
        "The archive holds no document that can be read; make sure it is the right file.",
    ),
    "E422": (
        "这不是普通文件（{seen}），没有读；请把它移出文件夹。",
        "This is not a regular file ({seen}) and was not read; move it out of the folder.",
    ),
    "E423": (
        "文件里混有两种编码：大部分是 {wanted}，第 {seen} 字节所在的一行却不是；请分开另存为 UTF-8 再试。",
        "The file mixes two encodings: most of it is {wanted}, but not the line that holds byte {seen};"
        " save its parts as UTF-8.",
    ),
    "E424": (
        "表不能逐行读取（{seen}）；请检查引号和分隔符，或另存为 .xlsx 再试。",
        "The table cannot be read row by row ({seen}); check its quotes and delimiters, or save it as .xlsx.",
    ),
    "E425": (
        "正文一格是公式，文件里没有存下它的结果（第 {seen} 行），没有读入；请用 Excel 或 WPS 打开后保存一次。",
        "The text of rows {seen} is a formula whose result the file does not hold; they were not read:"
        " open the file in Excel or WPS and save it once.",
    ),
    "E426": (
        "第 {seen} 行的单元格比表头多，没有读入；请给多出的列补上列名，或检查没有加引号的分隔符。",
        "Rows {seen} have more cells than the header and were not read; name the further columns, or"
        " look for delimiters outside quotes.",
    ),
    "E430": (
        "这是扫描件：{seen} 页都只有图片、没有文字层；请先在 WPS 或 Acrobat 里做文字识别（OCR）后另存，"
        "或装上 pbgov[ocr] 后用 read_document(…, ocr=True) 再读。",
        "This is a scan: its {seen} pages hold pictures and no text; run text recognition in WPS or"
        " Acrobat and save it, or install pbgov[ocr] and read it with ocr=True.",
    ),
    "E431": (
        "网页的标签嵌套过深或已损坏（{seen}），没有读；请在浏览器里打开，重新另存，或把正文存成 .txt。",
        "The tags of the page are nested too deeply or broken ({seen}), so it was not read; open it in a"
        " browser and save it again, or save its text as .txt.",
    ),
    "E432": (
        "网页存档（.mhtml）里没有网页；请在浏览器里打开原网页，重新另存。",
        "The web archive (.mhtml) holds no page; open the original in a browser and save it again.",
    ),
    "W451": (
        "子文件夹没有读入；要读其中的文档，请把它们移到上一级，或把它作为语料文件夹。",
        "The subfolder was not read; move its documents up, or name it as the folder.",
    ),
    "W452": (
        "文件开头 {seen} 之间的几行没有读作元数据，被当作正文；元数据须从第一行起写在两行 +++ 之间，"
        '用 TOML 写法，如 title = "…"。',
        "The lines between {seen} at the top were read as text, not as metadata; metadata stands between"
        ' two +++ lines from the first line on, as TOML: title = "...".',
    ),
    "W453": (
        "元数据里的“{seen}”没有用上；可用的名字是 {wanted}，请核对拼写，确是自用的可以不理会。",
        "The metadata {seen!r} is not used; the names known are {wanted}: check the spelling, or leave it"
        " if it is for your own use.",
    ),
    "W454": (
        "正文与 {seen} 完全相同，两篇都会被计数；若是重复的一份，请移走。",
        "The text is the same as that of {seen} and both are counted; remove one if it is a copy.",
    ),
    "W455": (
        "这篇有 {seen} 个“第…条”，像是法规条文；条文里的规定会被当作做法找出来（没有“应当”的还会算作"
        "已实施），它们不是已经做了的事。请把它移出案例文件夹。",
        "This document has {seen} articles (第…条) and reads like a statute; its duties come out as"
        " practices, some as carried out, which they are not. Move it out of the folder of cases.",
    ),
    "W456": (
        "元数据里的 {seen} 不在地区表里，这篇文档的做法归不到区；请写全称（如“北京市”“朝阳区”），"
        "或把它加进 regions.csv。",
        "{seen} of the metadata is not in the table of regions, so practices of this document get no"
        " region; write the full name (北京市, 朝阳区), or add it to regions.csv.",
    ),
    "W457": (
        "这篇是繁体字（{seen} 的汉字是简体里没有的）；词典、线索词和查找做法的词都是简体，"
        "在这里几乎找不到什么。请先转换成简体再放进来。",
        "This text is in traditional characters ({seen} of its Han characters have no place in the"
        " simplified script); lexicon, cues and practices are simplified and find next to nothing in"
        " it. Convert it first.",
    ),
    "W460": (
        "修订中删除或移走的 {seen} 个字没有读入；要读它们，请先在 Word 里拒绝这些修订。",
        "{seen} characters that tracked changes delete or move away were not read; reject the changes"
        " to have them.",
    ),
    "W461": (
        "隐藏的 {seen} 个字没有读入；要读它们，请先在 Word 里取消隐藏。",
        "{seen} characters set as hidden were not read; unhide them to have them.",
    ),
    "W462": (
        "{seen} 条批注没有读入正文；要分析批注，请另存成一个文件。",
        "{seen} comments were not read into the text; save them as a file of their own to have them.",
    ),
    "W463": (
        "页眉页脚没有读入正文：{seen}；其中若有正文，请移到正文里。",
        "Headers and footers were not read into the text: {seen}; move to the body what belongs there.",
    ),
    "W464": (
        "有些内容不是文字，没有读入或只能照原样读入：{seen}；请对照原文件。",
        "Some content is not text and was left out, or read only as it stands: {seen}; see the file.",
    ),
    "W465": (
        "{seen} 段的编号由 Word 自动生成，文件里没有这些字，是按编号的定义补上的（如“{wanted}”）；引用前请对照原文件。",
        "The numbers of {seen} paragraphs are made by Word and are no characters of the file; they were"
        " put in by the definition of the list (such as {wanted!r}): compare before quoting.",
    ),
    "W466": (
        "{seen} 段的编号由软件自动生成，没有读入；编号若有用，请先转成普通文字。",
        "The numbers of {seen} paragraphs are made by the program and were not read; turn them into"
        " plain text if they matter.",
    ),
    "W467": (
        "正文读自“{seen}”列，其余的列 {wanted} 只作为附注保留；若读错了列，请把放正文的列名改成“正文”。",
        "The text was read from column {seen}; the columns {wanted} are kept as notes: if that is the"
        " wrong one, name the column of the text 正文.",
    ),
    "W468": (
        "工作表 {seen} 没有放正文的列，没有读；其中若有文档，请把放正文的列名改成“正文”。",
        "The sheets {seen} have no column of text and were not read; if they hold documents, name that"
        " column 正文.",
    ),
    "W469": (
        "{seen} 个单元格是公式，文件里没有存下结果，按空格处理；请用 Excel 或 WPS 打开后保存一次。",
        "{seen} cells are formulas whose results the file does not hold and count as empty; open the"
        " file in Excel or WPS and save it once.",
    ),
    "W470": (
        "网页有 {seen} 处字节不合 {wanted} 编码，读作“�”；这些字已经丢失，引用前请对照原网页。",
        "At {seen} places the bytes of the page do not fit {wanted} and were read as U+FFFD; those"
        " characters are lost: compare with the page before quoting.",
    ),
    "W471": (
        "分不清哪些是正文、哪些是页面上的其他内容（{seen} 行里只标出了确定的 {wanted} 行）；"
        "计数前请看一遍，或把正文另存成 .txt。",
        "The article could not be told from the rest of the page (of {seen} lines, only {wanted} were"
        " marked with certainty); look it over before counting, or save its text as .txt.",
    ),
    "W472": (
        "网页把 {seen} 个汉字设为隐藏，其中读入了 {wanted} 个；若正文在没有读入的里面，"
        "请在浏览器里打开，等它显示完全后重新另存。",
        "The page hides {seen} Han characters, of which {wanted} were read; if the article is among the"
        " others, open it in a browser, wait until all is shown, and save it again.",
    ),
    "W473": (
        "第 {seen} 页的文字由文字识别得来，可能有错字（{wanted}）；引用前请对照页面。",
        "The text of pages {seen} comes from text recognition and may be wrong ({wanted}); compare with"
        " the pages before quoting.",
    ),
    "W474": (
        "网页里有 {seen} 处注音（如“{wanted}”）没有读入；它们是标在字上的，不是正文。",
        "{seen} pronunciations (such as {wanted!r}) were not read; the page sets them above the text.",
    ),
    "W475": (
        "PDF 的目录表损坏，是逐段找回的，可能缺页或缺字（共找到 {seen} 页）；请重新下载，核对页数。",
        "The PDF's table of contents is damaged and was rebuilt, so that pages or words may be missing"
        " ({seen} pages were found); download it again and compare.",
    ),
    "W476": (
        "第 {seen} 页用两种办法读出来的汉字或次序不同（至多差 {wanted}，前为字数，后为次序）；"
        "分栏、表格和图里的字容易读错，请对照原件。",
        "Two ways of reading pages {seen} give other characters or another order (at most {wanted} of the"
        " characters / of their order); columns, tables and figures are easily misread: compare.",
    ),
    "W477": (
        "第 {seen} 页是扫描的图片，没有文字层，没有读入；请先做文字识别（OCR）后另存，或用 ocr=True 再读。",
        "Pages {seen} are scanned pictures without text and were not read; run text recognition and save,"
        " or read again with ocr=True.",
    ),
    "W478": (
        "第 {seen} 页有 {wanted} 个字形在字体里没有对应的字，读作“(cid:…)”；这些字读不出来，请对照原件补上。",
        "On pages {seen}, {wanted} glyphs have no character in their font and stand as '(cid:...)'; they"
        " cannot be read: supply them from the original.",
    ),
    "W479": (
        "第 {seen} 页没有读入（{wanted}）；请拆成较小的文件，或重新生成 PDF 后再读。",
        "Pages {seen} were not read ({wanted}); split the file, or make the PDF anew.",
    ),
    # study.toml
    "E501": (
        "找不到研究文件 {seen}；请在研究文件夹里运行，或用 pbgov new 新建一个。",
        "There is no study file {seen}; run inside a study folder, or make one with 'pbgov new'.",
    ),
    "E502": (
        "study.toml 不是合法的 TOML（{seen}）；请按提示的行列改正。",
        "study.toml is not valid TOML ({seen}); correct it at the line and column named.",
    ),
    "E503": (
        "study.toml 缺少 {seen}；请补上，写法见 pbgov new 给出的模板。",
        "study.toml lacks {seen}; add it, the template of 'pbgov new' shows how.",
    ),
    "E504": (
        "study.toml 里的 {seen} 不认识（可用：{wanted}）；请检查拼写。",
        "study.toml has an unknown {seen} (known: {wanted}); check the spelling.",
    ),
    "E505": (
        "study.toml 指向的 {seen} 不存在；请改正路径或建立它。",
        "{seen}, named in study.toml, does not exist; correct the path or create it.",
    ),
    "E506": (
        "study.toml 里 {seen} 的写法不对（应为 {wanted}）；请改正。",
        "{seen} in study.toml is not right (it should be {wanted}); correct it.",
    ),
    "E507": (
        "不能改写 {seen}；它可能正在 Word/WPS 里打开，请关闭后再运行。",
        "{seen} cannot be replaced; it may be open in Word or WPS: close it and run again.",
    ),
    "E508": (
        "study.toml 里 [coding] families 的“{seen}”不在编码手册里（有：{wanted}）；请核对拼写。",
        "{seen!r} of [coding] families in study.toml is not in the codebook (it has {wanted}); check it.",
    ),
    "W551": (
        "study.toml 里 [coding] references 的“{seen}”没有编码记录，不会有与他的比较；"
        "data/codings 里的编码者是：{wanted}。请改成其中之一。",
        "{seen!r} of [coding] references in study.toml has no codings, so nothing is compared with it;"
        " the coders are {wanted}: name one of them.",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One fault or remark, at one place of one file.

    Attributes
    ----------
    code : str
        Fixed code, ``E…`` or ``W…``; see `CATALOGUE`.
    path : str
        The file, as the user would name it.
    row : int or None
        Line of the file as a spreadsheet counts it (the header is line 1);
        None where the finding concerns the whole file.
    column : str or None
        Column name, or None.
    seen, wanted : str
        What stood there, and what would be right; both enter the sentences.
    """

    code: str
    path: str
    row: int | None = None
    column: str | None = None
    seen: str = ""
    wanted: str = ""

    @property
    def zh(self) -> str:
        """The finding as one Chinese sentence."""
        return CATALOGUE[self.code][0].format(seen=self.seen, wanted=self.wanted)

    @property
    def en(self) -> str:
        """The finding as one English sentence."""
        return CATALOGUE[self.code][1].format(seen=self.seen, wanted=self.wanted)

    def __str__(self) -> str:
        place = self.path
        if self.row is not None:
            place += f":{self.row}"
        if self.column is not None:
            place += f" [{self.column}]"
        return f"{self.code} {place}\n  {self.zh}\n  {self.en}"
